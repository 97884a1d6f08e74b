/** Decoder of VP8 key frames, the lossy form of WebP, with the pixels of libwebp. */
@NullMarked
package io.draem.image.vp8;

import org.jspecify.annotations.NullMarked;
