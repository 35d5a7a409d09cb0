// Batch on EC2 with GPUs: Spot first, on demand when Spot has none. A job is a container by image digest with a
// read-only root, a scratch disk, the rights of the ports that jobs use, and no network but the endpoints. Source: AWS
// Batch User Guide, "Automated job retries", "Launch templates".
// Traps: an attempt that matches no rule is retried, so the last rule ends it; a timed-out job is not retried; a job
// must leave memory of the instance for the ECS agent.
import { CfnOutput, Duration, RemovalPolicy, Size, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import {
  Action,
  AllocationStrategy,
  EcsEc2ContainerDefinition,
  EcsJobDefinition,
  EcsMachineImageType,
  EcsVolume,
  JobQueue,
  ManagedEc2EcsComputeEnvironment,
  Reason,
  RetryStrategy,
} from 'aws-cdk-lib/aws-batch';
import {
  EbsDeviceVolumeType,
  BlockDeviceVolume,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MultipartBody,
  MultipartUserData,
  SubnetType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { makeLambda, makeUndelivered, policyOf } from './functions.ts';
import { grantsOf, type PortGrants, type PortName } from './grants.ts';
import { portGrants } from './port-grants.ts';
import { explainWildcard, explainWildcards } from './nag.ts';
import type { NetworkStack } from './network-stack.ts';
import type { Settings } from './settings.ts';
import type { Resources } from './stateful-stack.ts';
import { delivery, EVERY_VERSION } from './schedules.ts';
import { gateQueueName, jobQueueArn, JOBS } from './workflow-machines.ts';

/** Ports that containers/jobs.ts and entry/batch.ts use. */
export const JOB_USES: readonly PortName[] = ['artifacts', 'vault', 'models', 'results', 'clock'];

const ROOT = fileURLToPath(new URL('..', import.meta.url));
type Job = (typeof JOBS)[number];
const HOURS: Readonly<Record<Job, number>> = { unlearn: 20, evaluate: 10, recertify: 10 };
/** Of the job's user in containers/Dockerfile. */
const JOB_UID = 10001;

export interface GpuStackProps extends StackProps {
  readonly settings: Settings;
  readonly resources: Resources;
  readonly network: NetworkStack;
  /** Folder with the bundle of entry/lambda-operations.ts. */
  readonly operations: string;
}

/** What the definitions of all jobs have in common. */
interface Shared {
  readonly image: ContainerImage;
  readonly jobRole: Role;
  readonly executionRole: Role;
  readonly logGroup: LogGroup;
}

export class GpuStack extends Stack {
  constructor(scope: Construct, id: string, { settings, resources, network, operations, ...props }: GpuStackProps) {
    super(scope, id, props);
    const queue = this.#queue(settings, network);
    const access = grantsOf(JOB_USES, portGrants(resources, this));
    this.#definitions(settings, resources, access);
    if (settings.gpu.endpoints === 'on-demand') this.#gate(settings, network, operations);
    new CfnOutput(this, 'JobQueueArn', { value: queue.jobQueueArn });
  }

  #queue({ prefix, gpu }: Settings, network: NetworkStack): JobQueue {
    const instanceRole = new Role(this, 'HostRole', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonEC2ContainerServiceforEC2Role')],
    });
    Validations.of(instanceRole).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]',
      reason: "the ECS agent's own policy, which AWS changes with the agent; jobs have a role of their own",
    });
    const launchTemplate = this.#launchTemplate();
    const environment = (name: string, spot: boolean) =>
      new ManagedEc2EcsComputeEnvironment(this, name, {
        computeEnvironmentName: `${prefix}-${name.toLowerCase()}`,
        vpc: network.vpc,
        vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [network.jobs],
        spot,
        allocationStrategy: spot
          ? AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
          : AllocationStrategy.BEST_FIT_PROGRESSIVE,
        images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
        instanceTypes: gpu.instanceTypes.map((type) => new InstanceType(type)),
        useOptimalInstanceClasses: false,
        minvCpus: 0,
        maxvCpus: gpu.maxVcpus,
        instanceRole,
        launchTemplate,
      });
    const [spot, onDemand] = [environment('Spot', true), environment('OnDemand', false)];
    return new JobQueue(this, 'Queue', {
      jobQueueName: `${prefix}-gpu`,
      priority: 1,
      computeEnvironments: [
        { computeEnvironment: spot, order: 1 },
        { computeEnvironment: onDemand, order: 2 },
      ],
    });
  }

  /**
   * The root disk is encrypted. The NVMe disks, encrypted by the hardware with a key that is lost with the instance,
   * become /scratch.
   */
  #launchTemplate(): LaunchTemplate {
    const userData = new MultipartUserData();
    const mount = UserData.forLinux();
    mount.addCommands(
      'mkdir -p /scratch',
      'disk=$(lsblk -dno NAME,MODEL | awk \'/Instance Storage/ {print "/dev/" $1; exit}\')',
      'if [ -n "$disk" ]; then mkfs.xfs -f "$disk" && mount -o nodev,nosuid "$disk" /scratch; fi',
      `chown ${JOB_UID}:${JOB_UID} /scratch && chmod 0700 /scratch`,
    );
    userData.addPart(MultipartBody.fromUserData(mount));
    return new LaunchTemplate(this, 'Host', {
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      userData,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(100, {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
            deleteOnTermination: true,
          }),
        },
      ],
    });
  }

  #definitions(settings: Settings, resources: Resources, access: PortGrants): void {
    const logGroup = new LogGroup(this, 'JobLog', {
      logGroupName: `/aws/batch/${settings.prefix}`,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const shared = { ...this.#roles(access), image: this.#image(settings, resources), logGroup };
    for (const job of JOBS)
      new EcsJobDefinition(this, `Job-${job}`, {
        jobDefinitionName: `${settings.prefix}-${job}`,
        container: this.#container(job, settings, access, shared),
        parameters: Object.fromEntries(PARAMETERS.map((name) => [name, ''])),
        timeout: Duration.hours(HOURS[job]),
        retryAttempts: 5,
        retryStrategies: [
          RetryStrategy.of(Action.RETRY, Reason.SPOT_INSTANCE_RECLAIMED),
          RetryStrategy.of(Action.RETRY, Reason.CANNOT_PULL_CONTAINER),
          RetryStrategy.of(Action.EXIT, Reason.custom({ onReason: '*' })),
        ],
        propagateTags: true,
      });
  }

  /** What a job may do, and what starts its container may. */
  #roles(access: PortGrants): Pick<Shared, 'jobRole' | 'executionRole'> {
    const jobRole = new Role(this, 'JobRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      inlinePolicies: { Grants: policyOf(access.grants) },
    });
    explainWildcards(jobRole, access.grants);
    const executionRole = new Role(this, 'ExecutionRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    explainWildcard(executionRole, '*', 'ecr:GetAuthorizationToken takes no resource');
    return { jobRole, executionRole };
  }

  #container(
    job: Job,
    { gpu }: Settings,
    access: PortGrants,
    { image, jobRole, executionRole, logGroup }: Shared,
  ): EcsEc2ContainerDefinition {
    return new EcsEc2ContainerDefinition(this, `Container-${job}`, {
      image,
      command: commandOf(job),
      cpu: gpu.vcpus,
      memory: Size.mebibytes(gpu.memoryMiB),
      gpu: gpu.gpus,
      environment: {
        ...access.environment,
        ...{ QUITTANCE_JOB: job, QUITTANCE_SCRATCH: '/scratch', AWS_REGION: this.region },
      },
      jobRole,
      executionRole,
      logging: LogDriver.awsLogs({ streamPrefix: job, logGroup }),
      readonlyRootFilesystem: true,
      privileged: false,
      volumes: [EcsVolume.host({ name: 'scratch', hostPath: '/scratch', containerPath: '/scratch', readonly: false })],
    });
  }

  #image({ gpu }: Settings, { repository }: Resources): ContainerImage {
    if (gpu.imageDigest !== undefined) {
      const attributes = { repositoryName: repository.name, repositoryArn: repository.arn };
      const built = Repository.fromRepositoryAttributes(this, 'Jobs', attributes);
      return ContainerImage.fromEcrRepository(built, gpu.imageDigest);
    }
    const asset = new DockerImageAsset(this, 'Image', {
      directory: ROOT,
      file: 'containers/Dockerfile',
      platform: Platform.LINUX_AMD64,
    });
    return ContainerImage.fromDockerImageAsset(asset);
  }

  /** Opens the endpoints as soon as a job is submitted, and looks every hour whether they can be closed. */
  #gate({ prefix }: Settings, network: NetworkStack, operations: string): void {
    const stackArn = `arn:${this.partition}:cloudformation:${this.region}:${this.account}:stack/${network.stackName}/*`;
    const undelivered = makeUndelivered(this, 'GateUndelivered', gateQueueName(prefix));
    Validations.of(undelivered).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'it is itself a dead-letter queue' });
    const gate = makeLambda(this, 'NetworkGate', {
      name: 'network-gate',
      description: "opens and closes the GPU network's endpoints",
      prefix,
      code: operations,
      timeoutSeconds: 60,
      access: gateAccess(prefix, network.stackName, stackArn),
      events: { retries: 2, undelivered },
    });
    new Rule(this, 'JobSubmitted', {
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job State Change'],
        detail: { jobQueue: [jobQueueArn(this, prefix)], status: ['SUBMITTED', 'RUNNABLE'] },
      },
      targets: [new LambdaFunction(gate, delivery(undelivered))],
    });
    new Schedule(this, 'CloseWhenIdle', {
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      target: new LambdaInvoke(gate, delivery(undelivered)),
    });
    explainWildcard(this, `${gate.functionArn}:*`, EVERY_VERSION);
  }
}

const gateAccess = (prefix: string, stackName: string, stackArn: string): PortGrants => ({
  environment: {
    QUITTANCE_OPERATION: 'network-gate',
    QUITTANCE_NETWORK_STACK: stackName,
    QUITTANCE_JOB_QUEUE: `${prefix}-gpu`,
  },
  grants: [
    {
      actions: ['cloudformation:DescribeStacks', 'cloudformation:UpdateStack'],
      resources: [stackArn],
      reason: "a stack's ARN ends in an id that changes when it is made again",
    },
    { actions: ['batch:ListJobs'], resources: ['*'], reason: 'Batch takes no resource for ListJobs' },
  ],
});

/** What a workflow passes to a job; parameters that a definition does not use stay empty. */
const PARAMETERS = ['job', 'ticketId', 'planDigest', 'runDigest'] as const;

/** Batch substitutes `Ref::name`; entry/batch.ts reads `name=value` arguments. */
const commandOf = (job: string): string[] => [
  `QUITTANCE_JOB=${job}`,
  ...PARAMETERS.map((name) => `${name}=Ref::${name}`),
];
