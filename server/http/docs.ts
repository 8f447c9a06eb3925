import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Express, Response } from 'express';
import express from 'express';
import { problemsPage } from './problems-page.ts';

/** Everything comes from this server: the pages work without any other network. Swagger UI sets styles in the page. */
const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** The files of Swagger UI that the page asks for. */
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parasol API</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
`;

/** Keys typed into the page stay in it: nothing is written to the browser's storage. */
const START = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** Mounts `/docs` (try the API in the browser) and `/docs/problems` (what each problem code means). */
export function mountDocs(app: Express): void {
  // Importing the package would load the whole page into this process.
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const problems = problemsPage();
  app.get('/docs', (_req, res) => sendText(res, 'text/html', PAGE));
  app.get('/docs/problems', (_req, res) => sendText(res, 'text/html', problems));
  app.get('/docs/assets/start.js', (_req, res) => sendText(res, 'text/javascript', START));
  const files = express.Router();
  for (const name of FILES) {
    files.get(`/${name}`, (_req, res) => {
      res.set({ ...PAGE_HEADERS, 'Cache-Control': 'public, max-age=86400' });
      res.sendFile(name, { root: folder });
    });
  }
  app.use('/docs/assets', files);
}

function sendText(res: Response, type: string, text: string): void {
  res
    .set({ ...PAGE_HEADERS, 'Cache-Control': 'public, max-age=60' })
    .type(type)
    .send(text);
}
