package io.draem.deployment;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.WaitingConsumer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * A container that may do as little as the chart's pods: no capabilities, no new rights, a root file system that cannot be
 * written. Its temporary folder allows no execution either, so that a library that is unpacked at the start fails.
 */
final class StrictContainer extends GenericContainer<StrictContainer> {

    private final List<Bind> binds = new ArrayList<>();

    StrictContainer(BuiltImage image) {
        super(DockerImageName.parse(image.inspect().getId()));
        withImagePullPolicy(name -> false);
        withTmpFs(Map.of("/tmp", "rw,noexec,nosuid,size=64m"));
        withCreateContainerCmdModifier(command -> {
            HostConfig host = command.getHostConfig();
            if (host != null) {
                host.withReadonlyRootfs(true)
                        .withCapDrop(Capability.ALL)
                        .withSecurityOpts(List.of("no-new-privileges"))
                        .withBinds(Stream.concat(
                                        binds.stream(),
                                        Stream.ofNullable(host.getBinds()).flatMap(Stream::of))
                                .toArray(Bind[]::new));
            }
        });
        // One that ends at once is one to ask why.
        withStartupCheckStrategy(new StartupCheckStrategy() {
            @Override
            public StartupStatus checkStartupState(DockerClient client, String id) {
                ContainerState state = client.inspectContainerCmd(id).exec().getState();
                return Boolean.TRUE.equals(state.getRunning()) || "exited".equals(state.getStatus())
                        ? StartupStatus.SUCCESSFUL
                        : StartupStatus.NOT_YET_KNOWN;
            }
        });
    }

    /** Mounts a folder of this machine or a volume by its name, in the engine's own form {@code from:to[:ro]}. */
    StrictContainer withMount(String mount) {
        binds.add(Bind.parse(mount));
        return this;
    }

    StrictContainer withUser(String user) {
        return withCreateContainerCmdModifier(command -> command.withUser(user));
    }

    StrictContainer withMemory(long bytes) {
        return withCreateContainerCmdModifier(command -> {
            HostConfig host = command.getHostConfig();
            if (host != null) {
                host.withMemory(bytes);
            }
        });
    }

    /** Waits until its log has a line with that text. */
    void awaitLine(String text) throws TimeoutException {
        WaitingConsumer log = new WaitingConsumer();
        followOutput(log);
        log.waitUntil(frame -> frame.getUtf8String().contains(text), 120, TimeUnit.SECONDS);
    }

    void signal(String name) {
        getDockerClient().killContainerCmd(getContainerId()).withSignal(name).exec();
    }

    int awaitExit() {
        return getDockerClient()
                .waitContainerCmd(getContainerId())
                .exec(new WaitContainerResultCallback())
                .awaitStatusCode(120, TimeUnit.SECONDS);
    }

    /** Asks the JVM itself, without a shell, and returns what the tool says on both of its streams. */
    String jcmd(String... arguments) throws IOException, InterruptedException {
        String[] command = Stream.concat(Stream.of("/opt/java/bin/jcmd", "1"), Stream.of(arguments))
                .toArray(String[]::new);
        ExecResult result = execInContainer(command);
        return result.getStdout() + result.getStderr();
    }

    /** Returns what the kernel says of the first process; empty where the engine is on another machine. */
    String kernelStatus() throws IOException {
        Long pid = getCurrentContainerInfo().getState().getPidLong();
        Path process = Path.of("/proc", String.valueOf(pid));
        if (!Files.isReadable(process.resolve("cmdline"))
                || !Files.readString(process.resolve("cmdline")).contains("@/opt/draem/")) {
            return "";
        }
        return Files.readString(process.resolve("status"));
    }
}
