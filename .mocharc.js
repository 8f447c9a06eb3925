// Mocha adds files named on the command line to those of "spec"; so that `npx mocha one.test.ts` runs just that one,
// the whole tree is asked for only when no file is named.
const namesFiles = process.argv.slice(2).some((argument) => argument.endsWith('.ts'));

export default {
  'node-option': ['import=tsx/esm'],
  require: ['./server/database/testing/mocha-setup.ts'],
  ...(namesFiles ? {} : { spec: ['{programs,server,jobs,scripts}/**/*.test.ts'] }),
  timeout: 20000,
  forbidOnly: true,
  // What a failed test leaves open must not keep a run from telling that it failed.
  exit: true,
};
