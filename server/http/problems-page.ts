import { STATUS_OF } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';
import { PROBLEM_CODES } from './problem-codes.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c}
code{background:#f1f1f1;padding:.1em .3em}section{border-top:1px solid #ddd;padding:.5rem 0}section:target{background:#fff7d6}
h2{font-size:1.05rem;margin:.5rem 0 .2rem}p{margin:.2rem 0}`;

/** The page that the `type` of every problem leads to: each code with its meaning and what to do. */
export function problemsPage(): string {
  const codes: [string, ProblemCode][] = Object.entries(PROBLEM_CODES);
  const sections = codes
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { title, action }]) =>
        `<section id="${code}"><h2><code>${code}</code> ${escape(title)}</h2><p>${escape(action)}</p></section>`,
    );
  const statuses = Object.entries(STATUS_OF).map(([kind, status]) => `${status} ${kind.replaceAll('_', ' ')}`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Problems</title><style>${STYLE}</style></head>
<body>
<h1>Problems</h1>
<p>Errors are <code>application/problem+json</code> (RFC 9457). Program against <code>code</code>: it never changes its meaning.
<code>detail</code> is a sentence for people, <code>errors</code> lists each bad place by its JSON pointer, <code>instance</code> is the id of the request.</p>
<p>Statuses: ${escape(statuses.join(', '))}, 405 method not allowed, 500 internal.</p>
${sections.join('\n')}
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
