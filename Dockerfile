# Images of the inference service.
#
#   docker build -t draem-service .                                   NVIDIA GPUs (CUDA 12, cuDNN 9), linux/amd64
#   docker build -t draem-service:cpu --target service-cpu .          processors only, linux/amd64 and linux/arm64
#   docker run --read-only --tmpfs /tmp -p 8080:8080 draem-service:cpu
#
# Every base is an argument, for mirrors and for pinning by digest. A Maven settings file (a mirror, credentials) goes in
# with `--secret id=maven-settings,src=$HOME/.m2/settings.xml` and stays out of every layer.
#
# JDK 21, as jlink of later Temurins refuses a JDK that a company's certificates have been added to.
ARG JDK_BASE=docker.io/library/eclipse-temurin:21-jdk-noble
ARG SERVICE_BASE=docker.io/nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04
ARG SERVICE_CPU_BASE=gcr.io/distroless/cc-debian12

# The dependencies alone: this layer changes with the poms, not with the sources.
FROM ${JDK_BASE} AS dependencies
WORKDIR /workspace
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY src/draem/pom.xml src/draem/
COPY src/service/pom.xml src/service/
COPY src/trainer/pom.xml src/trainer/
ENV BUILD_OPTIONS="-B -q -Pcpu -pl src/service -am -Dmaven.test.skip -Dspotless.check.skip"
# shellcheck disable=SC2086 # the options are words
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    ./mvnw ${BUILD_OPTIONS} -Dspring-boot.run.skip package

# The application, the same bytes for both images: the two ONNX Runtime artifacts have equal classes and differ in their
# native libraries only. Those leave the jar and are laid out beside it, so that nothing is unpacked at start.
FROM dependencies AS build
COPY src/draem/src/main src/draem/src/main
COPY src/service/src/main src/service/src/main
# shellcheck disable=SC2086
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    ./mvnw ${BUILD_OPTIONS} package \
    && java -Djarmode=tools -jar src/service/target/draem-service.jar extract --layers --destination /layers
WORKDIR /onnxruntime
RUN runtime="$(find /layers/dependencies/lib -name 'onnxruntime-*.jar')" \
    && case "$(uname -m)" in x86_64) platform=linux-x64 ;; *) platform=linux-aarch64 ;; esac \
    && jar --extract --file "${runtime}" \
    && mkdir /native \
    && mv ai/onnxruntime/native/"${platform}"/*.so /native/ \
    && rm -r ai/onnxruntime/native \
    && jar --create --no-manifest --date=1980-01-01T00:00:02Z --file "${runtime}" -C . .

FROM dependencies AS cuda-libraries
WORKDIR /onnxruntime
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    version="$(sed -n 's:.*<onnxruntime.version>\(.*\)</.*:\1:p' /workspace/pom.xml)" \
    && /workspace/mvnw -B -q -f /workspace/pom.xml -N dependency:copy -DoutputDirectory=/onnxruntime \
        -Dartifact="com.microsoft.onnxruntime:onnxruntime_gpu:${version}" \
    && jar --extract --file "onnxruntime_gpu-${version}.jar" ai/onnxruntime/native/linux-x64 \
    && mv ai/onnxruntime/native/linux-x64 /native \
    && rm -r ./*

# Just the modules that Spring, ImageIO, TLS and the signal handler use, with jcmd for thread and heap dumps.
FROM ${JDK_BASE} AS java
RUN jlink --output /java --no-header-files --no-man-pages --add-modules \
        java.base,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.security.jgss,java.sql,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs \
    && /java/bin/java -Xshare:dump

# The classes as the JVM has them in memory, which halves the time to readiness. The JVM takes the archive only with this
# very JVM and these very jars at these very places, and starts without it otherwise.
FROM ${JDK_BASE} AS class-archive
WORKDIR /opt/draem
COPY --from=java /java /opt/java
COPY --from=build /layers/dependencies ./
COPY --from=build /layers/application ./
RUN /opt/java/bin/java -XX:ArchiveClassesAtExit=/opt/draem/draem.jsa -Xlog:cds=off -Xlog:cds+dynamic=off \
        -Dspring.context.exit=onRefresh -jar /opt/draem/draem-service.jar \
    && test -f draem.jsa

FROM ${SERVICE_CPU_BASE} AS service-cpu
ARG SERVICE_CPU_BASE
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="DRÆM inference service (CPU)" \
    org.opencontainers.image.description="Finds surface defects in photographs with DRÆM models, on processors" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.base.name="${SERVICE_CPU_BASE}"
WORKDIR /opt/draem
COPY --from=java /java /opt/java
COPY --from=build /native native
COPY --from=build /layers/dependencies ./
COPY --from=build /layers/application ./
COPY --from=class-archive /opt/draem/draem.jsa ./
COPY --chmod=755 src/models/cookie /models/cookie
# ONNX Runtime from 1.29 on reports models and machines to its maker unless it is told not to.
ENV DRAEM_MODELS_DIRECTORY=/models ORT_DISABLE_TELEMETRY=1
USER 10001:10001
EXPOSE 8080
# No HEALTHCHECK: Kubernetes ignores it in favour of the chart's probes, and the image has no shell or client to run one.
# The heap gets a part of the container's memory, as ONNX Runtime keeps weights and activations outside it.
# JDK_JAVA_OPTIONS adds JVM options (an -Xmx there overrides the percentage).
ENTRYPOINT ["/opt/java/bin/java", "-XX:MaxRAMPercentage=40", "-XX:+ExitOnOutOfMemoryError", "-XX:SharedArchiveFile=/opt/draem/draem.jsa", "--enable-native-access=ALL-UNNAMED", "-Donnxruntime.native.path=/opt/draem/native", "-jar", "/opt/draem/draem-service.jar"]

FROM ${SERVICE_BASE} AS service
ARG SERVICE_BASE
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="DRÆM inference service" \
    org.opencontainers.image.description="Finds surface defects in photographs with DRÆM models, on NVIDIA GPUs" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.base.name="${SERVICE_BASE}"
WORKDIR /opt/draem
COPY --from=java /java /opt/java
COPY --from=cuda-libraries /native native
COPY --from=build /layers/dependencies ./
COPY --from=build /layers/application ./
COPY --from=class-archive /opt/draem/draem.jsa ./
COPY --chmod=755 src/models/cookie /models/cookie
ENV DRAEM_MODELS_DIRECTORY=/models ORT_DISABLE_TELEMETRY=1
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["/opt/java/bin/java", "-XX:MaxRAMPercentage=40", "-XX:+ExitOnOutOfMemoryError", "-XX:SharedArchiveFile=/opt/draem/draem.jsa", "--enable-native-access=ALL-UNNAMED", "-Donnxruntime.native.path=/opt/draem/native", "-jar", "/opt/draem/draem-service.jar"]
