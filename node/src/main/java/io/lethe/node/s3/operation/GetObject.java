package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.ReadRange;
import io.lethe.node.s3.RangeHeader;
import io.lethe.node.s3.S3Call;

/** GET of an object, or a range of it. */
final class GetObject implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        ObjectHeaders.checkOverrides(call);
        ReadRange range = ObjectAnswers.wantedRange(call);
        try (ObjectReader.Opened opened = ObjectAnswers.open(call, range)) {
            ObjectInfo info = opened.info();
            ObjectAnswers.checkConditions(call, info);
            boolean part = !(range instanceof ReadRange.All);
            ObjectHeaders.write(call, info, !part);
            BucketLifecycle.tell(call, info);
            call.header(
                    "content-range",
                    RangeHeader.contentRange(opened.range(), info.sizeBytes()),
                    part);
            call.begin(part ? 206 : 200, opened.range().lengthBytes());
            for (ObjectReader.Piece piece = opened.next(); piece != null; piece = opened.next()) {
                call.write(piece.array(), piece.offset(), piece.lengthBytes());
            }
            call.end();
        }
    }
}
