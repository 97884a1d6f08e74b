"""Prints the images a second at which anomalib's DRÆM network trains in PyTorch on random tensors, without loading any data.

For TrainingSpeedBenchmark, which stands beside it: pip install torch==2.13.0 anomalib==2.7.0
Arguments: base width, discriminative base width, size, batch, float32 or bfloat16, threads, steps. Channels-last memory.
"""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
from anomalib.models.image.draem.loss import DraemLoss
from anomalib.models.image.draem.torch_model import DiscriminativeSubNetwork, DraemModel, ReconstructiveSubNetwork

WARM_UP = 4

base, discriminative, size, batch = map(int, sys.argv[1:5])
precision = sys.argv[5]
if precision not in ("float32", "bfloat16"):
    sys.exit(f"{precision} is no precision: float32 or bfloat16")
threads, steps = map(int, sys.argv[6:8])
torch.set_num_threads(threads)

model = DraemModel()
model.reconstructive_subnetwork = ReconstructiveSubNetwork(base_width=base)
model.discriminative_subnetwork = DiscriminativeSubNetwork(6, 2, base_width=discriminative)
model.train()
model = model.to(memory_format=torch.channels_last)
image = torch.rand(batch, 3, size, size).contiguous(memory_format=torch.channels_last)
mask = (torch.rand(batch, 1, size, size) > 0.9).float()
criterion = DraemLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

for step in range(-WARM_UP, steps):
    if step == 0:
        start = time.time()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        reconstruction, prediction = model(image)
    loss = criterion(image, reconstruction.float(), mask, prediction.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"{batch * steps / (time.time() - start):.2f}")
