import Joi from 'joi';
import { productTerms, products } from '../../programs/products/catalogue.ts';
import { Refusal } from '../../programs/refusal.ts';
import { etagOf, isUnchanged } from '../http/etag.ts';
import { pageSchema } from '../http/paginate.ts';
import { currencyAmount } from '../http/validate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { renderProduct } from './render-product.ts';

const tag = 'Products';
const tenant = 'Public: the published catalogue holds nobody’s data.';
/** Published versions never change; a new one may be published with a new release. */
const CACHE = { 'Cache-Control': 'public, max-age=3600' };

const localText = Joi.object({ en: Joi.string(), zh: Joi.string() });
const minutes = Joi.number().integer();
const productView = Joi.object({
  ref: Joi.string().description('What policies name: product and version.'),
  productId: Joi.string(),
  version: Joi.number().integer(),
  name: localText,
  summary: localText,
  currency: Joi.string(),
  dayBoundary: Joi.string().description('Local time at which the product day begins.'),
  unitOfWork: Joi.string().valid('shift', 'order'),
  window: Joi.object({
    kind: Joi.string().valid('whole_day', 'on_shift', 'on_order'),
    tailMinutes: minutes,
    sessionGapMinutes: minutes.optional(),
  }).description('When cover holds.'),
  charge: Joi.object({
    kind: Joi.string().valid('per_day', 'per_hour', 'per_order'),
    amount: currencyAmount,
    minimumMinutes: minutes.optional(),
  }).description('What is charged.'),
  graceMinutes: minutes,
  longestShiftMinutes: minutes,
  ages: Joi.object({ from: Joi.number().integer(), to: Joi.number().integer() }),
  benefits: Joi.array().items(
    Joi.object({
      kind: Joi.string(),
      limit: currencyAmount,
      daysMax: Joi.number().integer().optional(),
      gradePercents: Joi.array().items(Joi.number()).optional(),
      text: localText,
    }),
  ),
  exclusions: Joi.array().items(localText),
  texts: Joi.array().items(localText).description('One sentence per term a person must know.'),
});

const examples = products().map(renderProduct);

const list = route({
  method: 'get',
  path: '/v1/products',
  operationId: 'listProducts',
  summary: 'What can be insured, on which terms',
  description: 'Every published product version, with sentences in English and Chinese.',
  tag,
  allow: ['public'],
  tenant,
  responses: {
    200: {
      description: 'The whole catalogue.',
      schema: pageSchema(productView),
      ...(examples.length === 0 ? {} : { example: { data: examples.slice(0, 1), nextCursor: null } }),
    },
  },
  async handle() {
    return { status: 200, headers: CACHE, json: { data: products().map(renderProduct), nextCursor: null } };
  },
});

const get = route({
  method: 'get',
  path: '/v1/products/{ref}',
  operationId: 'getProduct',
  summary: 'The terms of one product version',
  tag,
  allow: ['public'],
  tenant,
  params: Joi.object<{ ref: string }>({
    ref: Joi.string().max(100).description('Product and version.').example('rider-day@1'),
  }),
  responses: {
    200: {
      description: 'The terms. A published version never changes.',
      schema: productView,
      ...(examples.length === 0 ? {} : { example: examples[0] }),
    },
    304: { description: 'You already have it.' },
    404: { description: 'No such version is published.' },
  },
  problems: ['product_not_found'],
  async handle(_services, { params, headers }) {
    const terms = productTerms(params.ref);
    if (terms === undefined) {
      throw new Refusal(
        'not_found',
        'product_not_found',
        'No such product version is published: GET /v1/products lists them.',
      );
    }
    const json = renderProduct(terms);
    const etag = etagOf(JSON.stringify(json));
    if (isUnchanged(headers, etag)) return { status: 304, headers: { ...CACHE, ETag: etag } };
    return { status: 200, headers: { ...CACHE, ETag: etag }, json };
  },
});

export const productRoutes: readonly AnyRoute[] = [list, get];
