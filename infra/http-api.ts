// The HTTP API: one Lambda with the HTTP app of functions/api.ts, behind Cognito's token; filers, approvers and
// auditors are groups of one pool, and the app asks for the role of each act. Nobody signs up: principals are made by
// the controller. The transparency log is public, as a log must be.
import { Duration, RemovalPolicy, Validations, type Stack } from 'aws-cdk-lib';
import { CfnStage, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { CfnUserPoolGroup, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { groupOf, Role } from '#core/roles.ts';
import type { Settings } from './settings.ts';

export interface Api {
  readonly api: HttpApi;
  readonly pool: UserPool;
  readonly client: UserPoolClient;
}

const GROUPS = Role.options.map(groupOf);
/** Answered without a token: the log's checkpoint and tiles, and whether the API is there. */
const KEYS = ['', '.json', '.txt', '.pem'].map((ending) => `/trust-root${ending}`);
const PUBLIC = ['/ledger/checkpoint', '/ledger/tile/{proxy+}', ...KEYS, '/health'];
/** Pages for everybody, where the settings ask for them, with what they are drawn with; a form of theirs is a POST. */
const PAGES = ['/ask', '/ask.json', '/status', '/status.json', '/check', '/check.json', '/language', '/style.css'];
const READ = [HttpMethod.GET, HttpMethod.HEAD];

export const makeApi = (stack: Stack, { prefix, publicPages }: Settings, handler: Lambda): Api => {
  const pool = makePool(stack, prefix);
  const client = pool.addClient('Client', {
    authFlows: { userSrp: true, adminUserPassword: true },
    accessTokenValidity: Duration.minutes(30),
    idTokenValidity: Duration.minutes(30),
    refreshTokenValidity: Duration.hours(8),
    preventUserExistenceErrors: true,
    generateSecret: false,
  });
  const authorizer = new HttpJwtAuthorizer('Token', `https://${pool.userPoolProviderName}`, {
    jwtAudience: [client.userPoolClientId],
  });
  const integration = new HttpLambdaIntegration('App', handler);
  const api = new HttpApi(stack, 'Api', { apiName: prefix, createDefaultStage: true });
  const methods = [HttpMethod.ANY]; // the app says which of them a path answers
  api.addRoutes({ path: '/{proxy+}', methods, integration, authorizer });
  const open = (path: string, allowed: HttpMethod[], reason: string) => {
    for (const route of api.addRoutes({ path, methods: allowed, integration }))
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason });
  };
  const noSecrets = 'log and public keys are for everybody; they hold digests, codes, times and pseudonyms only';
  for (const path of PUBLIC) open(path, READ, noSecrets);
  const asked = 'the settings ask for pages for people without an account; the app counts and limits what they send';
  for (const path of publicPages ? PAGES : []) open(path, [...READ, HttpMethod.POST], asked);
  limitAndLog(stack, api, prefix);
  return { api, pool, client };
};

const makePool = (stack: Stack, prefix: string): UserPool => {
  const pool = new UserPool(stack, 'People', {
    userPoolName: prefix,
    selfSignUpEnabled: false,
    signInAliases: { username: true, email: false },
    mfa: Mfa.REQUIRED,
    mfaSecondFactor: { sms: false, otp: true },
    passwordPolicy: {
      minLength: 14,
      requireDigits: true,
      requireLowercase: true,
      requireSymbols: true,
      requireUppercase: true,
    },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  for (const groupName of GROUPS)
    new CfnUserPoolGroup(stack, `Group-${groupName}`, { groupName, userPoolId: pool.userPoolId });
  const reason = 'threat protection is part of the Plus plan, priced by user; a second factor is required of everybody';
  Validations.of(pool).acknowledge({ id: 'AwsSolutions-COG3', reason }, { id: 'AwsSolutions-COG8', reason });
  return pool;
};

const limitAndLog = (stack: Stack, api: HttpApi, prefix: string): void => {
  const log = new LogGroup(stack, 'ApiLog', {
    logGroupName: `/aws/vendedlogs/api/${prefix}`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const stage = api.defaultStage?.node.defaultChild;
  if (!CfnStage.isCfnStage(stage)) throw new Error('the API has no stage');
  stage.defaultRouteSettings = { throttlingBurstLimit: 50, throttlingRateLimit: 20 };
  stage.accessLogSettings = {
    destinationArn: log.logGroupArn,
    // who, what and result; no query, body or address
    format: JSON.stringify({
      requestId: '$context.requestId',
      at: '$context.requestTime',
      method: '$context.httpMethod',
      path: '$context.path',
      status: '$context.status',
      principal: '$context.authorizer.claims.sub',
      error: '$context.integrationErrorMessage',
    }),
  };
};
