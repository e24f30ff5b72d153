package io.lethe.node.tenant.policy;

import java.util.List;

/** What S3 asks of a statement in the policy of a bucket beyond the language itself. */
final class BucketRules {
    private final String bucketArn;
    private final Resources resources;

    BucketRules(String bucket, Resources resources) {
        this.bucketArn = AccessRequest.bucketArn(bucket);
        this.resources = resources;
    }

    /** Every pattern can name the bucket or one of its objects. */
    void checkResources(Element field) throws MalformedPolicyException {
        List<Element> items = field.items();
        for (int i = 0; i < items.size(); i++) {
            Template pattern = resources.patterns().get(i);
            boolean ours = pattern.text().equals("*") || pattern.text().startsWith("arn:aws:s3:::");
            if (!ours || (!coversBucket(pattern) && !coversObjects(pattern))) {
                throw items.get(i)
                        .error(
                                "Policy has invalid resource "
                                        + Element.shown(pattern.text())
                                        + ": it must be "
                                        + bucketArn
                                        + " or keys in it");
            }
        }
    }

    private boolean coversBucket(Template pattern) {
        return pattern.mayMatch(bucketArn);
    }

    private boolean coversObjects(Template pattern) {
        return pattern.mayMatchBeyond(bucketArn + "/");
    }

    /** Every action is one of S3, and needs a resource of a sort that the statement names. */
    void checkActions(Element field, boolean negated, List<String> names)
            throws MalformedPolicyException {
        boolean any = resources.negated();
        boolean bucket = any || resources.patterns().stream().anyMatch(this::coversBucket);
        boolean objects = any || resources.patterns().stream().anyMatch(this::coversObjects);
        List<Element> items = field.items();
        for (int i = 0; i < items.size(); i++) {
            Template pattern = Actions.pattern(names.get(i));
            boolean onBuckets = S3Names.anyBucketAction(action -> matches(pattern, action));
            boolean onObjects = S3Names.anyObjectAction(action -> matches(pattern, action));
            if (!onBuckets && !onObjects) {
                throw items.get(i)
                        .error("Policy has invalid action " + Element.shown(names.get(i)));
            }
            boolean applies = (bucket && onBuckets) || (objects && onObjects);
            if (!negated && !applies) {
                throw items.get(i).error("Action does not apply to any resource(s) in statement");
            }
        }
    }

    private static boolean matches(Template pattern, String action) {
        return pattern.matches(action, RequestContext.empty());
    }
}
