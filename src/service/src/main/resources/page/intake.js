/** The ways of an image into the page: chosen, photographed, dropped, pasted. */

const byId = (id) => document.getElementById(id);

/**
 * @param onImage is called with each file
 * @param onNothing is called with the remedy where something without a file was dropped or pasted
 */
export function receive(onImage, onNothing) {
  for (const input of [byId("file"), byId("camera")]) {
    input.addEventListener("change", () => {
      const [file] = input.files;
      if (file !== undefined) {
        onImage(file);
      }
      input.value = ""; // so that the same file can be chosen again
    });
  }
  receiveDrops(onImage, onNothing);
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file !== undefined) {
      event.preventDefault();
      onImage(file);
    } else if (event.target.closest?.("input") === null) {
      onNothing("The clipboard holds no image: copy the image itself, not its address.");
    }
  });
}

/** The whole window takes drops: otherwise a browser opens a file that is dropped elsewhere. */
function receiveDrops(onImage, onNothing) {
  let inside = 0;
  const mark = (change) => {
    inside = Math.max(0, inside + change);
    document.body.classList.toggle("dropping", inside > 0);
  };
  document.addEventListener("dragenter", () => mark(1));
  document.addEventListener("dragleave", () => mark(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-inside);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) {
      onImage(file);
    } else {
      onNothing("What was dropped is no file: drop an image from a folder, or copy and paste it.");
    }
  });
}
