// Where jobs run: isolated subnets without a way to the internet. S3 and DynamoDB are reached by gateway endpoints,
// which are free; ECR, ECS, KMS and logs by interface endpoints, which cost by the hour and exist only while the
// parameter `Open` says so (adapters/aws/network-gate.ts). Source: AWS Batch User Guide, "Interface VPC endpoints".
// Trap (measured): an instance joins its cluster only where all three ECS endpoints exist; otherwise it fails without a
// message.
import { CfnCondition, CfnParameter, Fn, RemovalPolicy, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import {
  CfnVPCEndpoint,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type GatewayVpcEndpoint,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';
import type { Resources } from './stateful-stack.ts';

const CIDR = '10.86.0.0/20';

const INTERFACES: Readonly<Record<string, InterfaceVpcEndpointAwsService>> = {
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Ecs: InterfaceVpcEndpointAwsService.ECS,
  EcsAgent: InterfaceVpcEndpointAwsService.ECS_AGENT,
  EcsTelemetry: InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Kms: InterfaceVpcEndpointAwsService.KMS,
};

export class NetworkStack extends Stack {
  readonly vpc: IVpc;
  readonly jobs: SecurityGroup;

  constructor(scope: Construct, id: string, settings: Settings, resources: Resources, props: StackProps = {}) {
    super(scope, id, props);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(CIDR),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'jobs', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
      restrictDefaultSecurityGroup: false, // would need a custom resource, and nothing is in the default group
      flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs(this.#flowLog(settings.prefix)) } },
    });
    this.vpc = vpc as IVpc; // the class has one optional member more than its interface
    const endpoints = new SecurityGroup(this, 'Endpoints', { vpc: this.vpc, allowAllOutbound: false });
    this.jobs = new SecurityGroup(this, 'JobHosts', { vpc: this.vpc, allowAllOutbound: false });
    this.jobs.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'to endpoints only: the subnets have no other route');
    endpoints.addIngressRule(Peer.ipv4(CIDR), Port.tcp(443));
    this.#gateways(resources);
    this.#interfaces(endpoints, settings);
    Validations.of(endpoints).acknowledge({ id: 'AwsSolutions-EC23', reason: 'open to the network itself, no wider' });
  }

  #flowLog(prefix: string): LogGroup {
    return new LogGroup(this, 'FlowLog', {
      logGroupName: `/aws/vendedlogs/vpc/${prefix}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** Through the gateways only this installation's buckets and tables, and the bucket that ECR keeps layers in. */
  #gateways({ buckets, tables }: Resources): void {
    const s3 = this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    const own = [buckets.artifacts, buckets.vault].flatMap((bucket) => [bucket.arn, `${bucket.arn}/*`]);
    only(s3, ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'], own);
    only(s3, ['s3:GetObject'], [`arn:${this.partition}:s3:::prod-${this.region}-starport-layer-bucket/*`]);
    const dynamodb = this.vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    const used = [tables.vault, tables.models, tables.results].map(({ arn }) => arn);
    only(dynamodb, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'], used);
  }

  #interfaces(securityGroup: SecurityGroup, { gpu }: Settings): void {
    const open = new CfnParameter(this, 'Open', {
      description: 'whether the interface endpoints exist; set by the network gate',
      allowedValues: ['yes', 'no'],
      default: gpu.endpoints === 'always' ? 'yes' : 'no',
    });
    const condition = new CfnCondition(this, 'IsOpen', { expression: Fn.conditionEquals(open, 'yes') });
    for (const [id, service] of Object.entries(INTERFACES)) {
      const endpoint = this.vpc.addInterfaceEndpoint(id, {
        service,
        securityGroups: [securityGroup],
        open: false,
        privateDnsEnabled: true,
      });
      const resource = endpoint.node.defaultChild;
      if (CfnVPCEndpoint.isCfnVPCEndpoint(resource)) resource.cfnOptions.condition = condition;
    }
  }
}

const only = (endpoint: GatewayVpcEndpoint, actions: string[], resources: string[]): void =>
  endpoint.addToPolicy(new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources }));
