package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ReadRange;
import io.lethe.node.s3.RangeHeader;
import io.lethe.node.s3.S3Call;

/** HEAD of an object: what GET would say, without its bytes. */
final class HeadObject implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        ReadRange range = RangeHeader.parse(call.request().header("range"));
        ObjectInfo info = ObjectAnswers.head(call);
        ObjectAnswers.checkConditions(call, info);
        ReadRange.Resolved resolved = range.within(info.sizeBytes());
        boolean part = !(range instanceof ReadRange.All);
        ObjectHeaders.write(call, info, !part);
        call.header("content-range", RangeHeader.contentRange(resolved, info.sizeBytes()), part);
        call.headOnly(part ? 206 : 200, resolved.lengthBytes());
    }
}
