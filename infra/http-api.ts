// The HTTP API: one route a row of entry/http-actions.ts, each to its step's own Lambda, behind Cognito's token. Filers and approvers are groups of one pool;
// who is in neither gets 403 from every route. Nobody signs up: principals are made by the controller.
import { Duration, RemovalPolicy, Validations, type Stack } from 'aws-cdk-lib';
import { CfnStage, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { CfnUserPoolGroup, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Settings } from './settings.ts';
import type { Action } from '#functions/http-actions.ts';

export interface Api {
  readonly api: HttpApi;
  readonly pool: UserPool;
  readonly client: UserPoolClient;
}

export const makeApi = (
  stack: Stack,
  { prefix }: Settings,
  routes: readonly Action[],
  groups: readonly string[],
  functions: ReadonlyMap<string, Lambda>,
): Api => {
  const pool = makePool(stack, prefix, groups);
  const client = pool.addClient('Client', {
    authFlows: { userSrp: true, adminUserPassword: true },
    accessTokenValidity: Duration.minutes(30),
    idTokenValidity: Duration.minutes(30),
    refreshTokenValidity: Duration.hours(8),
    preventUserExistenceErrors: true,
    generateSecret: false,
  });
  const api = new HttpApi(stack, 'Api', { apiName: prefix, createDefaultStage: true });
  const authorizer = new HttpJwtAuthorizer('Token', pool.userPoolProviderUrl, {
    jwtAudience: [client.userPoolClientId],
  });
  for (const { method, path, step } of routes) {
    const handler = functions.get(step);
    if (!handler) throw new Error(`the route ${method} ${path} names the step '${step}', which no Lambda runs`);
    const integration = new HttpLambdaIntegration(`${method} ${path}`, handler);
    api.addRoutes({ path, methods: [HttpMethod[method]], integration, authorizer });
  }
  limitAndLog(stack, api, prefix);
  return { api, pool, client };
};

const makePool = (stack: Stack, prefix: string, groups: readonly string[]): UserPool => {
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
  for (const groupName of groups)
    new CfnUserPoolGroup(stack, `Group-${groupName}`, { groupName, userPoolId: pool.userPoolId });
  Validations.of(pool).acknowledge(
    {
      id: 'AwsSolutions-COG3',
      reason: 'threat protection needs the Plus plan, priced by user; a second factor is required of everybody',
    },
    { id: 'AwsSolutions-COG8', reason: 'the Plus plan is priced by user; a controller that wants it sets featurePlan' },
  );
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
    // who, what, how it ended; no path parameter, body or address
    format: JSON.stringify({
      requestId: '$context.requestId',
      at: '$context.requestTime',
      route: '$context.routeKey',
      status: '$context.status',
      principal: '$context.authorizer.claims.sub',
      error: '$context.integrationErrorMessage',
    }),
  };
};
