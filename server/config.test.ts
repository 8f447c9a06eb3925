import assert from 'node:assert/strict';
import { ConfigTrouble, readConfig } from './config.ts';
import { VARIABLES } from './config-variables.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64');
const PRODUCTION = {
  NODE_ENV: 'production',
  MONGODB_URI: 'mongodb://db.example/parasol?replicaSet=rs0',
  PARASOL_ENCRYPTION_KEY: KEY,
  PARASOL_HMAC_KEY: OTHER_KEY,
  STRIPE_SECRET_KEY: 'sk_live_0123456789',
  STRIPE_WEBHOOK_SECRET: 'whsec_0123456789',
};

describe('readConfig', () => {
  it('needs nothing', () => {
    const config = readConfig({});
    assert.equal(config.environment, 'development');
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.port, 3000);
    assert.equal(config.dataDir, '.data');
    assert.equal(config.mongodbUri, undefined);
    assert.equal(config.bodyBytesMax, 2 * 1024 * 1024);
    assert.ok(Object.isFrozen(config));
  });

  it('reads numbers, addresses and choices, and takes the empty text for not set', () => {
    const config = readConfig({
      PARASOL_PORT: '0',
      PARASOL_PUBLIC_URL: 'https://api.example.org/',
      PARASOL_LOG_LEVEL: '',
      PARASOL_FAST_SERVER: 'off',
      PATH: '/bin',
    });
    assert.equal(config.port, 0);
    assert.equal(config.publicUrl, 'https://api.example.org');
    assert.equal(config.logLevel, 'info');
    assert.equal(config.fastServer, false);
  });

  const refused: readonly [Record<string, string>, RegExp][] = [
    [{ PARASOL_POTR: '3000' }, /^PARASOL_POTR is not a setting of Parasol; the settings are PARASOL_HOST, .*\.$/],
    [{ PARASOL_A: '1', PARASOL_B: '1' }, /^PARASOL_A, PARASOL_B are not settings of Parasol/],
    [{ PARASOL_PORT: '65536' }, /^PARASOL_PORT must be a whole number from 0 to 65535\.$/],
    [{ PARASOL_PORT: '80.5' }, /^PARASOL_PORT must be a whole number/],
    [{ PARASOL_PORT: 'http' }, /^PARASOL_PORT must be a whole number/],
    [{ PARASOL_POOL_SIZE: '0' }, /^PARASOL_POOL_SIZE must be a whole number from 1 to 500\.$/],
    [{ PARASOL_QUEUE_EVENTS: '999' }, /^PARASOL_QUEUE_EVENTS must be a whole number from 1000/],
    [{ PARASOL_PUBLIC_URL: 'api.example.org' }, /^PARASOL_PUBLIC_URL must be an http or https address/],
    [{ PARASOL_PUBLIC_URL: 'https://x.example/?a=1' }, /^PARASOL_PUBLIC_URL must be/],
    [{ MONGODB_URI: 'postgres://x' }, /^MONGODB_URI must begin with mongodb:\/\/ or mongodb\+srv:\/\/\.$/],
    [{ PARASOL_LOG_LEVEL: 'loud' }, /^PARASOL_LOG_LEVEL must be fatal, error, warn, info, debug or silent\.$/],
    [{ NODE_ENV: 'staging' }, /^NODE_ENV must be development, test or production\.$/],
    [{ PARASOL_EMBEDDED_DATABASE: 'yes' }, /^PARASOL_EMBEDDED_DATABASE can only be allowed\.$/],
    [{ PARASOL_ENCRYPTION_KEY: 'short' }, /^PARASOL_ENCRYPTION_KEY must be the base64 of 32 bytes/],
    [{ ...PRODUCTION, PARASOL_ENCRYPTION_KEY: '' }, /^PARASOL_ENCRYPTION_KEY is not set, and production makes no keys/],
    [{ ...PRODUCTION, PARASOL_HMAC_KEY: '' }, /^PARASOL_HMAC_KEY is not set/],
    [{ ...PRODUCTION, PARASOL_HMAC_KEY: KEY }, /^PARASOL_HMAC_KEY must differ/],
    [
      { ...PRODUCTION, STRIPE_SECRET_KEY: '' },
      /^STRIPE_SECRET_KEY is not set, and production does not pay by the sandbox/,
    ],
    [{ ...PRODUCTION, STRIPE_WEBHOOK_SECRET: 'whsec_0123456789,' }, /^STRIPE_WEBHOOK_SECRET must begin with whsec_\.$/],
    [{ ...PRODUCTION, PARASOL_STRIPE_URL: 'http://127.0.0.1:1' }, /^PARASOL_STRIPE_URL is refused with a live key/],
    [{ PARASOL_SANDBOX: 'yes' }, /^PARASOL_SANDBOX can only be allowed\.$/],
    [{ ...PRODUCTION, MONGODB_URI: '' }, /^MONGODB_URI is not set, and production does not use the embedded database/],
  ];
  for (const [env, sentence] of refused) {
    it(`refuses ${JSON.stringify(env).slice(0, 70)}`, () => {
      assert.throws(
        () => readConfig(env),
        (error) => error instanceof ConfigTrouble && sentence.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  it('never repeats a secret in its sentence', () => {
    assert.throws(
      () => readConfig({ PARASOL_ENCRYPTION_KEY: 'hunter2', MONGODB_URI: 'x://user:hunter2@h' }),
      (error) => error instanceof ConfigTrouble && !error.message.includes('hunter2'),
    );
  });

  it('lets production run with its own keys, and on the embedded database when asked by name', () => {
    assert.equal(readConfig(PRODUCTION).environment, 'production');
    const sandbox = readConfig({ ...PRODUCTION, STRIPE_SECRET_KEY: '', PARASOL_SANDBOX: 'allowed' });
    assert.equal(sandbox.allowSandboxInProduction, true);
    const embedded = readConfig({ ...PRODUCTION, MONGODB_URI: '', PARASOL_EMBEDDED_DATABASE: 'allowed' });
    assert.equal(embedded.allowEmbeddedInProduction, true);
  });

  it('has a table in which each variable stands under its own name', () => {
    for (const [name, variable] of Object.entries(VARIABLES)) {
      assert.equal(variable.name, name);
      assert.ok(variable.help.length > 0);
    }
  });
});
