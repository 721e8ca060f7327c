// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.classify.InFlight.Decoded;
import io.sightline.config.ClassifySettings;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.EventIds;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Rejections;
import io.sightline.reference.Stage;
import io.sightline.reference.Uris;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.RecordOrigin;
import io.sightline.schemas.Rejection;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes an event or a rejection of what became of an image. Thread-safe. */
final class Outcomes {

  private final ModelDescriptor model;
  private final Provider provider;
  private final ClassifySettings settings;
  private final InstantSource clock;

  Outcomes(
      ModelDescriptor model, Provider provider, ClassifySettings settings, InstantSource clock) {
    this.model = model;
    this.provider = provider;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * The event of an image that was run.
   *
   * @param scores C of them
   * @throws RejectedException where a score is NaN or infinite
   */
  ClassificationEvent event(InFlight image, float[] scores) throws RejectedException {
    if (!TopK.allFinite(scores)) {
      throw new RejectedException(
          Reason.NON_FINITE_SCORES, "the model answered with NaN or infinity for this image");
    }
    TopK best = TopK.of(scores, settings.topK(), settings.minScore());
    List<String> names = new ArrayList<>(best.classIds().size());
    for (int id : best.classIds()) {
      names.add(model.tags().get(id));
    }
    ImageReference reference = image.reference();
    Decoded decoded = image.decoded();
    ClassificationEvent event = new ClassificationEvent();
    event.setEventId(EventIds.eventId(reference.getId(), null, model.fingerprint()));
    event.setReferenceId(reference.getId());
    String uri = reference.getUri();
    event.setUri(uri == null ? null : Uris.withoutUserInfo(uri));
    event.setModelName(model.name());
    event.setModelVersion(model.version());
    event.setModelFingerprint(model.fingerprint());
    event.setProvider(provider.label());
    event.setClassIds(best.classIds());
    event.setScores(best.scores());
    event.setLabelNames(names);
    event.setImageFormat(decoded.format());
    event.setWidth(decoded.width());
    event.setHeight(decoded.height());
    event.setContentSha256(decoded.contentSha256());
    event.setLabel(reference.getLabel());
    Map<String, String> attributes = reference.getAttributes();
    event.setAttributes(attributes == null ? Map.of() : attributes);
    RecordOrigin origin = reference.getOrigin();
    event.setSourceKey(origin == null ? null : origin.getKey());
    event.setSubmittedAt(reference.getSubmittedAt());
    event.setClassifiedAt(now());
    return event;
  }

  Outcome rejection(InFlight image, RejectedException why) {
    Rejection rejection =
        Rejections.of(why, image.reference(), null, null, model.fingerprint(), now());
    if (why.reason().stage() == Stage.FETCH) {
      rejection.setAttempts(Retries.attempts(image.reference(), why.attempts()));
    }
    return Outcome.of(rejection);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
