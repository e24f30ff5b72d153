package io.lethe.node.s3.xml;

import java.util.List;

/** Good bodies, in the manner of those in the Amazon S3 API reference. */
final class Samples {
    static final String NS = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

    static final String DELETE =
            """
            <Delete>
              <Object><Key>a</Key></Object>
              <Object>
                <Key>b/ c</Key><VersionId>null</VersionId><ETag>"e"</ETag><Size>3</Size>
                <LastModifiedTime>Mon, 12 Oct 2009 17:50:00 GMT</LastModifiedTime>
              </Object>
              <Quiet>true</Quiet>
            </Delete>\
            """;

    static final String COMPLETE =
            """
            <CompleteMultipartUpload%s>
              <Part><PartNumber>1</PartNumber><ETag>"a54357aff0632cce46d942af68356b38"</ETag></Part>
              <Part>
                <ETag>0c78aef83f66abc1fa1e8477f296d394</ETag><PartNumber>3</PartNumber>
                <ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>
              </Part>
            </CompleteMultipartUpload>\
            """
                    .formatted(NS);

    static final String VERSIONING =
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

    static final String TAGGING =
            """
            <Tagging><TagSet>
              <Tag><Key>Project</Key><Value>Project One</Value></Tag>
              <Tag><Key>User</Key><Value></Value></Tag>
            </TagSet></Tagging>\
            """;

    static final String CREATE =
            "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                    + "</CreateBucketConfiguration>";

    static final String LIFECYCLE =
            """
            <LifecycleConfiguration%s>
              <Rule>
                <ID>one</ID>
                <Filter><And>
                  <Prefix>logs/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>
                  <ObjectSizeGreaterThan>500</ObjectSizeGreaterThan>
                  <ObjectSizeLessThan>64000</ObjectSizeLessThan>
                </And></Filter>
                <Status>Enabled</Status>
                <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>
                <Expiration><Days>365</Days></Expiration>
              </Rule>
              <Rule>
                <ID>two</ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status>
                <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>
                <NoncurrentVersionExpiration>
                  <NewerNoncurrentVersions>5</NewerNoncurrentVersions>
                  <NoncurrentDays>10</NoncurrentDays>
                </NoncurrentVersionExpiration>
                <AbortIncompleteMultipartUpload>
                  <DaysAfterInitiation>7</DaysAfterInitiation>
                </AbortIncompleteMultipartUpload>
                <NoncurrentVersionTransition>
                  <NoncurrentDays>3</NoncurrentDays><StorageClass>GLACIER</StorageClass>
                </NoncurrentVersionTransition>
              </Rule>
              <Rule>
                <ID>three</ID><Prefix>old/</Prefix><Status>Enabled</Status>
                <Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>
              </Rule>
            </LifecycleConfiguration>\
            """
                    .formatted(NS);

    static final String CORS =
            """
            <CORSConfiguration>
              <CORSRule>
                <ID>web</ID>
                <AllowedOrigin>http://*.example.com</AllowedOrigin>
                <AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>
                <AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>Content-Type</AllowedHeader>
                <MaxAgeSeconds>3000</MaxAgeSeconds>
                <ExposeHeader>ETag</ExposeHeader>
              </CORSRule>
              <CORSRule>
                <AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
              </CORSRule>
            </CORSConfiguration>\
            """;

    static final String LOCK =
            """
            <ObjectLockConfiguration>
              <ObjectLockEnabled>Enabled</ObjectLockEnabled>
              <Rule><DefaultRetention>
                <Mode>COMPLIANCE</Mode><Days>30</Days>
              </DefaultRetention></Rule>
            </ObjectLockConfiguration>\
            """;

    static final String RETENTION =
            "<Retention><Mode>GOVERNANCE</Mode>"
                    + "<RetainUntilDate>2030-01-01T00:00:00.000Z</RetainUntilDate></Retention>";

    static final String HOLD = "<LegalHold><Status>ON</Status></LegalHold>";

    static final String BLOCK =
            """
            <PublicAccessBlockConfiguration>
              <BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>FALSE</IgnorePublicAcls>
              <RestrictPublicBuckets>true</RestrictPublicBuckets>
            </PublicAccessBlockConfiguration>\
            """;

    static final String OWNERSHIP =
            "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>"
                    + "</Rule></OwnershipControls>";

    static final String ENCRYPTION =
            """
            <ServerSideEncryptionConfiguration>
              <Rule>
                <ApplyServerSideEncryptionByDefault>
                  <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>key-1</KMSMasterKeyID>
                </ApplyServerSideEncryptionByDefault>
                <BucketKeyEnabled>true</BucketKeyEnabled>
              </Rule>
            </ServerSideEncryptionConfiguration>\
            """;

    static final String NOTIFICATION =
            """
            <NotificationConfiguration>
              <TopicConfiguration>
                <Topic>arn:aws:sns:us-east-1:1:t</Topic><Event>s3:ObjectRemoved:*</Event>
              </TopicConfiguration>
              <QueueConfiguration>
                <Id>q</Id>
                <Filter><S3Key>
                  <FilterRule><Name>Prefix</Name><Value>images/</Value></FilterRule>
                  <FilterRule><Name>suffix</Name><Value>.jpg</Value></FilterRule>
                </S3Key></Filter>
                <Queue>arn:aws:sqs:us-east-1:1:q</Queue>
                <Event>s3:ObjectCreated:Put</Event><Event>s3:ObjectCreated:Copy</Event>
              </QueueConfiguration>
              <EventBridgeConfiguration/>
            </NotificationConfiguration>\
            """;

    static final String WEBSITE =
            """
            <WebsiteConfiguration>
              <IndexDocument><Suffix>index.html</Suffix></IndexDocument>
              <ErrorDocument><Key>404.html</Key></ErrorDocument>
              <RoutingRules>
                <RoutingRule>
                  <Condition>
                    <KeyPrefixEquals>docs/</KeyPrefixEquals>
                    <HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>
                  </Condition>
                  <Redirect>
                    <Protocol>https</Protocol><HostName>h</HostName>
                    <ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith>
                    <HttpRedirectCode>302</HttpRedirectCode>
                  </Redirect>
                </RoutingRule>
              </RoutingRules>
            </WebsiteConfiguration>\
            """;

    static final String REDIRECT =
            "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>h</HostName>"
                    + "<Protocol>http</Protocol></RedirectAllRequestsTo></WebsiteConfiguration>";

    static final String ACL =
            """
            <AccessControlPolicy%s>
              <Owner><ID>me</ID><DisplayName>Me</DisplayName></Owner>
              <AccessControlList>
                <Grant>
                  <Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                      xsi:type="CanonicalUser"><ID>me</ID></Grantee>
                  <Permission>FULL_CONTROL</Permission>
                </Grant>
                <Grant>
                  <Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                      xsi:type="Group">
                    <URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>
                  </Grantee>
                  <Permission>READ</Permission>
                </Grant>
              </AccessControlList>
            </AccessControlPolicy>\
            """
                    .formatted(NS);

    static final String LOGGING =
            """
            <BucketLoggingStatus>
              <LoggingEnabled>
                <TargetBucket>logs</TargetBucket><TargetPrefix>b/</TargetPrefix>
                <TargetObjectKeyFormat><PartitionedPrefix>
                  <PartitionDateSource>DeliveryTime</PartitionDateSource>
                </PartitionedPrefix></TargetObjectKeyFormat>
              </LoggingEnabled>
            </BucketLoggingStatus>\
            """;

    static final String RESTORE =
            "<RestoreRequest><Days>2</Days><GlacierJobParameters><Tier>Bulk</Tier>"
                    + "</GlacierJobParameters></RestoreRequest>";

    static final List<String> ALL =
            List.of(
                    DELETE,
                    COMPLETE,
                    VERSIONING,
                    TAGGING,
                    CREATE,
                    LIFECYCLE,
                    CORS,
                    LOCK,
                    RETENTION,
                    HOLD,
                    BLOCK,
                    OWNERSHIP,
                    ENCRYPTION,
                    NOTIFICATION,
                    WEBSITE,
                    REDIRECT,
                    ACL,
                    LOGGING,
                    RESTORE);

    private Samples() {}
}
