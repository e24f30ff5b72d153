/**
 * Uploads by browsers' forms: {@code multipart/form-data} as it streams. Start reading at {@link
 * io.lethe.node.s3.form.MultipartReader}.
 */
@NullMarked
package io.lethe.node.s3.form;

import org.jspecify.annotations.NullMarked;
