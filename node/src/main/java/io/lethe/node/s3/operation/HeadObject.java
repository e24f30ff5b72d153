package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.ReadRange;
import io.lethe.node.s3.RangeHeader;
import io.lethe.node.s3.S3Call;

/** HEAD of an object: what GET would say, without its bytes. */
final class HeadObject implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        ObjectHeaders.checkOverrides(call);
        ReadRange range = ObjectAnswers.wantedRange(call);
        if (range instanceof ReadRange.Part) {
            // Where a part lies is known to whoever reads it.
            try (ObjectReader.Opened opened = ObjectAnswers.open(call, range)) {
                answer(call, opened.info(), range, opened.range());
            }
        } else {
            ObjectInfo info = ObjectAnswers.headAsReader(call);
            answer(call, info, range, range.within(info.sizeBytes()));
        }
    }

    private static void answer(
            S3Call call, ObjectInfo info, ReadRange range, ReadRange.Resolved resolved)
            throws InterruptedException {
        ObjectAnswers.checkConditions(call, info);
        boolean part = !(range instanceof ReadRange.All);
        ObjectHeaders.write(call, info, !part);
        BucketLifecycle.tell(call, info);
        call.header("content-range", RangeHeader.contentRange(resolved, info.sizeBytes()), part);
        call.headOnly(part ? 206 : 200, resolved.lengthBytes());
    }
}
