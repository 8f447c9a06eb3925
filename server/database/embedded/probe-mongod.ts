import { execFile } from 'node:child_process';

export type Probe = { runs: true; version: string } | { runs: false; complaint: string };

/** Debian and Ubuntu package, then the Fedora one, of the shared libraries a mongod asks for. */
const PACKAGE_OF_LIBRARY: ReadonlyArray<readonly [RegExp, string]> = [
  [/^libcurl\./, 'libcurl4 (Debian, Ubuntu) or libcurl (Fedora)'],
  [/^lib(ssl|crypto)\.so\.3/, 'libssl3 (Debian, Ubuntu) or openssl-libs (Fedora)'],
  [/^lib(ssl|crypto)\.so\.1\.1/, 'libssl1.1 (older Debian, Ubuntu) or openssl1.1 (Fedora)'],
  [/^libgssapi|^libkrb5/, 'libgssapi-krb5-2 (Debian, Ubuntu) or krb5-libs (Fedora)'],
  [/^liblzma\./, 'liblzma5 (Debian, Ubuntu) or xz-libs (Fedora)'],
  [/^libstdc\+\+\./, 'libstdc++6 (Debian, Ubuntu) or libstdc++ (Fedora)'],
  [/^libldap|^liblber/, 'libldap-2.5-0 (Debian, Ubuntu) or openldap (Fedora)'],
  [/^libsasl2/, 'libsasl2-2 (Debian, Ubuntu) or cyrus-sasl-lib (Fedora)'],
];

/** Turns the loader's complaint into the same complaint with the package that holds what is missing. */
export function explainLoader(output: string): string {
  const missing = /error while loading shared libraries: ([^:\s]+)/.exec(output)?.[1];
  if (missing === undefined) return firstLine(output);
  const known = PACKAGE_OF_LIBRARY.find(([pattern]) => pattern.test(missing));
  const remedy = known === undefined ? 'install the package that holds it' : `install the package ${known[1]}`;
  return `it needs the shared library ${missing}: ${remedy}`;
}

/** Asks a binary for its version: tells a mongod that runs on this machine from one that does not, and why not. */
export function probeMongod(binary: string): Promise<Probe> {
  return new Promise((resolve) => {
    execFile(binary, ['--version'], { timeout: 20_000 }, (error, stdout, stderr) => {
      const version = /db version v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
      if (error === null && version !== undefined) return resolve({ runs: true, version });
      if (error?.code === 'ENOENT') return resolve({ runs: false, complaint: 'there is no such file' });
      const said = stderr.trim() || stdout.trim() || error?.message || 'it does not answer to --version';
      resolve({ runs: false, complaint: explainLoader(said) });
    });
  });
}

/** True from MongoDB 6.0 on, the oldest we are tested with. */
export function isNewEnough(version: string): boolean {
  return Number.parseInt(version, 10) >= 6;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
