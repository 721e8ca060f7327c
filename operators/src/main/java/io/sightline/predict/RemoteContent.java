// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.fetch.ImageBytes;
import io.sightline.fetch.ImageStore;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ImageReference;
import java.net.URI;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * What lies at a URI, within the bounds of {@code fetch}.
 *
 * @param store is opened by the first who needs it
 */
record RemoteContent(URI uri, Supplier<ImageStore> store) implements Content {

  @Override
  public Loaded load(ReadBuffer buffer) throws RejectedException {
    ImageReference reference = new ImageReference();
    reference.setId(uri.toString());
    reference.setUri(uri.toString());
    CompletableFuture<ImageBytes> fetched = store.get().fetch(reference);
    try (ImageBytes bytes = fetched.get()) {
      byte[] array = buffer.withRoomFor(bytes.length());
      System.arraycopy(bytes.array(), bytes.offset(), array, 0, bytes.length());
      return new Encoded(array, 0, bytes.length());
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RejectedException rejected) {
        throw rejected;
      }
      throw new IllegalStateException("the fetch failed: " + cause, cause);
    } catch (CancellationException e) {
      throw new IllegalStateException("the classifier is closed", e);
    } catch (InterruptedException e) {
      if (!fetched.cancel(true) && !fetched.isCompletedExceptionally()) {
        fetched.join().close();
      }
      Thread.currentThread().interrupt();
      throw new RejectedException(Reason.IO_ERROR, "the fetch was interrupted");
    }
  }
}
