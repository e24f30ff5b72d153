/**
 * S3's XML: a writer, a reader that trusts nothing, and one record for each request body, valid as
 * S3 says. No state. Start reading at {@link io.lethe.node.s3.xml.XmlReader}, then any record, e.g.
 * {@link io.lethe.node.s3.xml.DeleteRequest}.
 */
@NullMarked
package io.lethe.node.s3.xml;

import org.jspecify.annotations.NullMarked;
