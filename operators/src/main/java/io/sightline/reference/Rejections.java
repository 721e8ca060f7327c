// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.RecordOrigin;
import io.sightline.schemas.Rejection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** Makes the records of what could not be classified. */
public final class Rejections {

  /** Side output of every operator that rejects; all of them together are one stream. */
  public static final OutputTag<Rejection> TAG =
      new OutputTag<>("rejections", TypeInformation.of(Rejection.class));

  private Rejections() {}

  /**
   * The record of one rejection.
   *
   * @param reference what is known of the reference; null takes {@link RejectedException#known()}
   * @param origin where it was read from; null takes the reference's own
   * @param pageIndex index from 0 of the page or frame; null for a single image
   * @param modelFingerprint null where the record was rejected before a model saw it
   */
  public static Rejection of(
      RejectedException why,
      @Nullable ImageReference reference,
      @Nullable RecordOrigin origin,
      @Nullable Integer pageIndex,
      @Nullable String modelFingerprint,
      Instant occurredAt) {
    ImageReference known = reference != null ? reference : why.known();
    Rejection rejection = new Rejection();
    rejection.setStage(why.reason().stage().label());
    rejection.setReason(why.reason().label());
    rejection.setDetail(why.detail());
    rejection.setPageIndex(pageIndex);
    rejection.setModelFingerprint(modelFingerprint);
    rejection.setAttempts(why.attempts());
    rejection.setOccurredAt(occurredAt.truncatedTo(ChronoUnit.MILLIS));
    rejection.setOrigin(origin);
    rejection.setAttributes(Map.of());
    if (known != null) {
      String uri = known.getUri();
      Map<String, String> attributes = known.getAttributes();
      rejection.setReferenceId(known.getId());
      rejection.setUri(uri == null ? null : Uris.masked(uri));
      rejection.setSubmittedAt(known.getSubmittedAt());
      if (attributes != null) {
        rejection.setAttributes(attributes);
      }
      if (origin == null) {
        rejection.setOrigin(known.getOrigin());
      }
    }
    return rejection;
  }

  /** The record of the rejection of an image that was classified, and could not be evaluated. */
  public static Rejection of(RejectedException why, ClassificationEvent event, Instant occurredAt) {
    ImageReference reference = new ImageReference();
    reference.setId(event.getReferenceId());
    reference.setUri(event.getUri());
    reference.setAttributes(event.getAttributes());
    reference.setSubmittedAt(event.getSubmittedAt());
    return of(why, reference, null, event.getPageIndex(), event.getModelFingerprint(), occurredAt);
  }
}
