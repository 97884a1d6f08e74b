# Images of the inference service, of the trainer and of the batch application.
#
#   docker build -t draem-service .                                   NVIDIA GPUs (CUDA 12, cuDNN 9), linux/amd64
#   docker build -t draem-service:cpu --target service-cpu .          CPU only, linux/amd64 and linux/arm64
#   docker build -t draem-trainer --target trainer .                  libtorch on the CPU, linux/amd64
#   docker build -t draem-batch --target batch .                      Spark with the batch application, CPU only
#   docker run --read-only --tmpfs /tmp -p 8080:8080 draem-service:cpu
#   docker run --read-only --tmpfs /tmp -v DATA:/data:ro -v models:/models draem-trainer train --data /data --output /models --name NAME
#
# Every base is an argument, for mirrors and for pinning by digest. A Maven settings file (a mirror, credentials) goes in
# with `--secret id=maven-settings,src=$HOME/.m2/settings.xml` and stays out of every layer.
#
# JDK 21, as jlink of later Temurins refuses a JDK that a company's certificates have been added to.
ARG JDK_BASE=docker.io/library/eclipse-temurin:21-jdk-noble
ARG SERVICE_BASE=docker.io/nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04
ARG SERVICE_CPU_BASE=gcr.io/distroless/cc-debian12
ARG BATCH_BASE=docker.io/apache/spark:4.2.0-scala2.13-java17-ubuntu
ARG TRAINER_BASE=gcr.io/distroless/cc-debian12
# A test holds it to the version of the poms.
ARG VERSION=0.1.0-SNAPSHOT
# The commit and the address of the source: --build-arg REVISION="$(git rev-parse HEAD)".
ARG REVISION=unknown
ARG SOURCE=unknown

FROM ${JDK_BASE} AS poms
WORKDIR /workspace
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY src/batch/pom.xml src/batch/
COPY src/core/pom.xml src/core/
COPY src/deployment/pom.xml src/deployment/
COPY src/runtime/pom.xml src/runtime/
COPY src/service/pom.xml src/service/
COPY src/trainer/pom.xml src/trainer/
ENV MAVEN_ARGS="-B -q -am -DskipTests -Dspotless.check.skip"

# The dependencies alone: this layer changes with the poms, not with the sources.
FROM poms AS service-dependencies
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    ./mvnw -Pcpu -pl src/service -Dspring-boot.run.skip package

# The application, the same bytes for both images: the two ONNX Runtime artifacts have equal classes and differ in their
# native libraries only. They are moved out of the jar, so that nothing is unpacked at start.
# All times are the same, as the class archive knows the jars by time and size; and equal files make equal layers.
FROM service-dependencies AS service-build
ARG REVISION
COPY src/core/src/main src/core/src/main
COPY src/runtime/src/main src/runtime/src/main
COPY src/service/src/main src/service/src/main
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    mkdir -p src/core/src/main/resources \
    && printf 'git.commit.id=%s\ngit.commit.id.abbrev=%.7s\n' "${REVISION}" "${REVISION}" > src/core/src/main/resources/git.properties \
    && ./mvnw -Pcpu -pl src/service package \
    && java -Djarmode=tools -jar src/service/target/draem-service.jar extract --layers --destination /layers
WORKDIR /onnxruntime
RUN runtime="$(find /layers/dependencies/lib -name 'onnxruntime-*.jar')" \
    && case "$(uname -m)" in x86_64) platform=linux-x64 ;; *) platform=linux-aarch64 ;; esac \
    && jar --extract --file "${runtime}" \
    && mkdir /native \
    && mv ai/onnxruntime/native/"${platform}"/*.so /native/ \
    && rm -r ai/onnxruntime/native \
    && jar --create --no-manifest --date=1980-01-01T00:00:02Z --file "${runtime}" -C . .
# The options of the JVM; those in JDK_JAVA_OPTIONS come before them. The heap gets a part of the container's memory, as
# ONNX Runtime keeps weights and activations outside it; an -Xmx overrides the percentage.
RUN printf '%s\n' \
        -XX:MaxRAMPercentage=40 \
        -XX:SharedArchiveFile=/opt/draem/draem.jsa \
        --enable-native-access=ALL-UNNAMED \
        -Donnxruntime.native.path=/opt/draem/native \
        -Ddraem.models-directory-default=/models \
        -Dmanagement.endpoint.sbom.application.location=file:/opt/draem/sbom/draem-service.cdx.json \
        "-jar /opt/draem/draem-service.jar" > /layers/application/service.options \
    && find /layers /native -exec touch --no-dereference --date=1980-01-01T00:00:02Z {} +

# What differs in the image for GPUs: the native libraries and the list of components.
FROM service-dependencies AS cuda-libraries
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    ./mvnw -pl src/service -Dspring-boot.run.skip package \
        dependency:copy-dependencies -DincludeArtifactIds=onnxruntime_gpu -DoutputDirectory=/onnxruntime
WORKDIR /onnxruntime
RUN jar --extract --file onnxruntime_gpu-*.jar ai/onnxruntime/native/linux-x64 \
    && mv ai/onnxruntime/native/linux-x64 /native \
    && rm -r ./*

# libtorch and ONNX Runtime laid out in one folder, which LD_LIBRARY_PATH names for what they need of each other. OpenBLAS
# has the one name there that JavaCPP loads it by: under its own, JavaCPP would copy it to a temporary folder and
# rename it there at each start; libtorch finds it by what the library calls itself.
FROM poms AS trainer-dependencies
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    ./mvnw -pl src/trainer package

FROM trainer-dependencies AS trainer-build
ARG REVISION
COPY src/core/src/main src/core/src/main
COPY src/runtime/src/main src/runtime/src/main
COPY src/trainer/src/main src/trainer/src/main
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    mkdir -p src/core/src/main/resources \
    && printf 'git.commit.id=%s\n' "${REVISION}" > src/core/src/main/resources/git.properties \
    && ./mvnw -pl src/trainer package
WORKDIR /layers
RUN mkdir -p dependencies application/lib application/sbom home/models home/data \
    && cp -R /workspace/src/trainer/target/lib dependencies/lib \
    && mv dependencies/lib/draem-*.jar application/lib/ \
    && cp /workspace/src/trainer/target/draem-trainer.jar application/ \
    && cp /workspace/src/trainer/target/classes/META-INF/sbom/application.cdx.json application/sbom/draem-trainer.cdx.json \
    && chmod 2775 home/models
WORKDIR /natives
RUN runtime="$(find /layers/dependencies/lib -name 'onnxruntime-*.jar')" \
    && jar --extract --file "${runtime}" \
    && mkdir /native \
    && mv ai/onnxruntime/native/linux-x64/*.so /native/ \
    && rm -r ai/onnxruntime/native \
    && jar --create --no-manifest --date=1980-01-01T00:00:02Z --file "${runtime}" -C . . \
    && for library in /layers/dependencies/lib/*-linux-x86_64.jar; do jar --extract --file "${library}" && rm "${library}"; done \
    && mv org/bytedeco/*/linux-x86_64/*.so* /native/ \
    && mv /native/libopenblas.so.0 /native/libopenblas_nolapack.so.0 \
    && rm /native/libjniopenblas_full.so /native/libjnitorch_gloo.so /native/libgcc_s.so.1
RUN printf '%s\n' \
        --enable-native-access=ALL-UNNAMED \
        -Djava.library.path=/opt/draem/native \
        -Donnxruntime.native.path=/opt/draem/native \
        -Dorg.bytedeco.javacpp.cachedir=/tmp/javacpp \
        "-jar /opt/draem/draem-trainer.jar" > /layers/application/trainer.options \
    && find /layers /native -exec touch --no-dereference --date=1980-01-01T00:00:02Z {} +

# The batch application with Hadoop's module for S3; Spark itself is in the base.
FROM poms AS batch-dependencies
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    ./mvnw -Ps3 -pl src/batch package

FROM batch-dependencies AS batch-build
COPY src/core/src/main src/core/src/main
COPY src/runtime/src/main src/runtime/src/main
COPY src/batch/src/main src/batch/src/main
RUN --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    ./mvnw -Ps3 -pl src/batch package

# A process of its own for what the first process of a container must do. The trainer leaves some signals to the system,
# and the kernel keeps those from the first process.
FROM ${JDK_BASE} AS init
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*

# Just the modules that Spring, ImageIO, TLS and the signal handlers use, with jcmd for thread and heap dumps.
FROM ${JDK_BASE} AS java
RUN jlink --output /java --no-header-files --no-man-pages --add-modules \
        java.base,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.security.jgss,java.sql,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs \
    && /java/bin/java -Xshare:dump --enable-native-access=ALL-UNNAMED

# The classes as the JVM has them in memory, which shortens the start by a quarter. The JVM uses the archive only if JVM, jars,
# their paths and the access to natives are the same, and starts without it otherwise.
FROM ${JDK_BASE} AS class-archive
WORKDIR /opt/draem
COPY --from=java /java /opt/java
COPY --from=service-build /layers/dependencies ./
COPY --from=service-build /layers/application ./
RUN /opt/java/bin/java -XX:ArchiveClassesAtExit=/opt/draem/draem.jsa -Xlog:cds=off -Xlog:cds+dynamic=off \
        --enable-native-access=ALL-UNNAMED -Dspring.context.exit=onRefresh -jar /opt/draem/draem-service.jar \
    && test -f draem.jsa

# Spark's own entry point starts driver and executors: spark.kubernetes.container.image names this image.
FROM ${BATCH_BASE} AS batch
ARG BATCH_BASE
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="DRÆM batch" \
    org.opencontainers.image.description="Scores archives of images with DRÆM models on Spark, on processors" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}" \
    org.opencontainers.image.base.name="${BATCH_BASE}"
COPY --from=batch-build /workspace/src/batch/target/s3 /opt/spark/jars/
COPY --from=batch-build /workspace/src/batch/target/lib /opt/draem/lib
COPY --from=batch-build /workspace/src/batch/target/draem-batch.jar /opt/draem/
ENV LANG=C.UTF-8
USER 185:0

FROM ${TRAINER_BASE} AS trainer
ARG TRAINER_BASE
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="DRÆM trainer" \
    org.opencontainers.image.description="Trains DRÆM surface-anomaly models with libtorch, on processors" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}" \
    org.opencontainers.image.base.name="${TRAINER_BASE}" \
    io.draem.sbom="/opt/draem/sbom/draem-trainer.cdx.json"
COPY --from=init /usr/bin/tini-static /opt/tini
COPY --from=java /java /opt/java
COPY --from=trainer-build /native /opt/draem/native
COPY --from=trainer-build /layers/dependencies /opt/draem/
COPY --from=trainer-build /layers/application /opt/draem/
COPY --chmod=755 src/data/textures /textures
# For volumes with models and checkpoints, whose first content and rights are those of this folder. The group is 0, as
# clusters that give out user numbers themselves use it.
COPY --from=trainer-build --chown=10001:0 /layers/home/ /
# Idle threads of libtorch would spin on cores that the container may not have.
# The C library would map and unmap each tensor of 32 MiB or more, whose pages the kernel then clears.
# The JVM reads file names by the locale: without one, those outside ASCII are lost.
ENV LANG=C.UTF-8 LD_LIBRARY_PATH=/opt/draem/native OMP_WAIT_POLICY=passive \
    MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456
USER 10001:10001
ENTRYPOINT ["/opt/tini", "--", "/opt/java/bin/java", "@/opt/draem/trainer.options"]
CMD ["--help"]

FROM ${SERVICE_CPU_BASE} AS service-cpu
ARG SERVICE_CPU_BASE
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="DRÆM inference service (CPU)" \
    org.opencontainers.image.description="Finds surface defects in photographs with DRÆM models, on processors" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}" \
    org.opencontainers.image.base.name="${SERVICE_CPU_BASE}" \
    io.draem.sbom="/opt/draem/sbom/draem-service.cdx.json"
WORKDIR /opt/draem
COPY --from=java /java /opt/java
COPY --from=service-build /native native
COPY --from=service-build /layers/dependencies ./
COPY --from=service-build /layers/application ./
COPY --from=service-build /workspace/src/service/target/classes/META-INF/sbom/application.cdx.json sbom/draem-service.cdx.json
COPY --from=class-archive /opt/draem/draem.jsa ./
COPY --chmod=755 src/models/cookie /models/cookie
# ONNX Runtime from 1.29 on sends reports on models and machines to its maker unless this is disabled.
ENV LANG=C.UTF-8 ORT_DISABLE_TELEMETRY=1 DRAEM_INFERENCE_PROVIDER=cpu
USER 10001:10001
EXPOSE 8080
# No HEALTHCHECK: Kubernetes ignores it in favour of the chart's probes, and the image has no shell or client to run one.
ENTRYPOINT ["/opt/java/bin/java", "@/opt/draem/service.options"]

FROM ${SERVICE_BASE} AS service
ARG SERVICE_BASE
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="DRÆM inference service" \
    org.opencontainers.image.description="Finds surface defects in photographs with DRÆM models, on NVIDIA GPUs" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}" \
    org.opencontainers.image.base.name="${SERVICE_BASE}" \
    io.draem.sbom="/opt/draem/sbom/draem-service.cdx.json"
WORKDIR /opt/draem
COPY --from=java /java /opt/java
COPY --from=cuda-libraries /native native
COPY --from=service-build /layers/dependencies ./
COPY --from=service-build /layers/application ./
COPY --from=cuda-libraries /workspace/src/service/target/classes/META-INF/sbom/application.cdx.json sbom/draem-service.cdx.json
COPY --from=class-archive /opt/draem/draem.jsa ./
COPY --chmod=755 src/models/cookie /models/cookie
ENV LANG=C.UTF-8 ORT_DISABLE_TELEMETRY=1
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["/opt/java/bin/java", "@/opt/draem/service.options"]
