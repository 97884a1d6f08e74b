package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.service.history.ModelHistory;
import io.draem.service.history.ServedChange;
import io.draem.service.models.RolloutControl;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The version that serves after a promotion or rollback, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "ServedVersion", description = "The version that serves requests that name none")
record RolloutResponse(
        @Schema(description = "Name of the model", requiredMode = RequiredMode.REQUIRED, example = "cookie")
        String name,

        @Schema(description = "The version that serves now", requiredMode = RequiredMode.REQUIRED, example = "2")
        int version,

        @Schema(
                description = "SHA-256 of its file",
                requiredMode = RequiredMode.REQUIRED,
                example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        String digest,

        @Schema(description = "The version that served before; absent if nothing had to be changed", example = "1")
        @Nullable
        Integer previousVersion) {

    static RolloutResponse of(RolloutControl.Change change) {
        return new RolloutResponse(
                change.served().name(),
                change.served().version(),
                change.served().digest(),
                change.before() == change.served() ? null : change.before().version());
    }

    /** The changes of the version that serves. */
    @Schema(name = "ModelHistory", description = "The changes of the version that serves requests that name none")
    record History(
            @Schema(description = "Name of the model", requiredMode = RequiredMode.REQUIRED, example = "cookie")
            String name,

            @Schema(
                    description =
                            "Whether all of them are in the file history.jsonl of the model's folder, and further ones"
                                    + " will be; otherwise they are those since the start of this replica",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "true")
            boolean kept,

            @Schema(description = "The last 100, the newest first", requiredMode = RequiredMode.REQUIRED)
            List<Entry> changes) {

        static History of(String name, ModelHistory.Changes history) {
            return new History(
                    name,
                    history.kept(),
                    history.changes().stream().map(Entry::of).toList());
        }
    }

    /** A change of the version that serves. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ServedChange", description = "A change of the version that serves requests that name none")
    record Entry(
            @Schema(requiredMode = RequiredMode.REQUIRED) Instant time,

            @Schema(description = "The version before; absent for none", example = "1") @Nullable
            Integer from,

            @Schema(description = "The version from then on; absent for none", example = "2") @Nullable
            Integer to,

            @Schema(
                    description = "SHA-256 of the file of that version",
                    example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
            @Nullable
            String digest,

            @Schema(
                    description = "Why: promotion, rollback, load or unload by a request; files of the model directory;"
                            + " failover from a version that failed; start with another version than before",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "promotion")
            String reason,

            @Schema(description = "Name of the key of the request; absent without a request", example = "plant")
            @Nullable
            String key,

            @Schema(description = "Host name of the replica; absent where it is unknown", example = "draem-0") @Nullable
            String instance) {

        static Entry of(ServedChange change) {
            return new Entry(
                    change.time(),
                    change.from(),
                    change.to(),
                    change.digest(),
                    change.cause().reason().id(),
                    change.cause().key(),
                    change.instance());
        }
    }
}
