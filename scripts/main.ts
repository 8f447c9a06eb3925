import { buildProgram } from './cli/build-program.ts';
import { openCli } from './cli/open-cli.ts';
import { runCli } from './cli/run-cli.ts';

const { cli, exitCode } = openCli(process.env);
process.exitCode = await runCli(buildProgram(cli), process.argv.slice(2), cli, exitCode);
