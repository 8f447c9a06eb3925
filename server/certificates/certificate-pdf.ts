import { once } from 'node:events';
import PDFDocument from 'pdfkit';
import QRCode from 'qrcode';
import type { Instant, Interval } from '../../programs/calendar.ts';
import type { ProductTerms } from '../../programs/products/product-terms.ts';
import { localSpan, localTime } from '../covers/local-time.ts';
import { certificateFont } from './certificate-font.ts';
import type { CertificateState } from './certificate-token.ts';

/** What a printed certificate shows. */
export interface CertificateSheet {
  readonly code: string;
  readonly checkUrl: string;
  readonly token: string;
  readonly state: CertificateState;
  /** A sheet of test data says so, large. */
  readonly mode: 'test' | 'live';
  readonly asOf: Instant;
  readonly expiresAt: Instant;
  readonly terms: ProductTerms;
  readonly productDay: string;
  readonly day: Interval;
  readonly timeZone: string;
  readonly windows: readonly Interval[];
  readonly policyId: string;
  readonly policyholder: string;
  readonly carrier: string;
  /** The person's name, whole only for the person (G24). */
  readonly insured: string;
}

const A4 = { width: 595.28, height: 841.89 } as const;
const MARGIN = 48;
const WIDTH = A4.width - 2 * MARGIN;
const QR_SIZE = 168;
const WINDOWS_MAX = 6;
/** Points, the largest at which all terms fit: none is left out. */
const TERM_SIZES = [9, 8.5, 8, 7.5, 7, 6.5, 6, 5.5] as const;
const INK = '#1b2430';
const PALE = '#5b6675';
const LINE = '#c9d1db';
const WARNING = '#b42318';
const COLOURS = { valid: '#0b6b3a', ended: '#5b6675', not_live: '#9a3412' } as const satisfies Record<
  CertificateState,
  string
>;

const STATES = {
  valid: '有效  VALID',
  ended: '已结束  ENDED',
  not_live: '未生效  NOT IN FORCE',
} as const satisfies Record<CertificateState, string>;

/**
 * The certificate as one A4 page with the token as a QR code drawn as vectors. The same sheet gives the same bytes: the
 * only time in it is `asOf`.
 */
export async function certificatePdf(sheet: CertificateSheet): Promise<Buffer> {
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    lang: 'zh-CN',
    displayTitle: true,
    info: {
      Title: `Certificate of cover / 保障凭证 ${sheet.productDay}`,
      Author: 'Parasol',
      Producer: 'Parasol',
      Creator: 'Parasol',
      CreationDate: new Date(sheet.asOf),
      ModDate: new Date(sheet.asOf),
    },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(doc, 'end');
  doc
    .registerFont('noto', await certificateFont())
    .font('noto')
    .fillColor(INK);
  drawHead(doc, sheet);
  drawQr(doc, sheet.token, A4.width - MARGIN - QR_SIZE, 142);
  drawFields(doc, sheet);
  drawTerms(doc, sheet);
  drawFoot(doc, sheet);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

type Doc = InstanceType<typeof PDFDocument>;

function drawHead(doc: Doc, sheet: CertificateSheet): void {
  doc.fontSize(24).text('保障凭证', MARGIN, 44, { lineBreak: false });
  doc.fontSize(14).text('Certificate of cover', MARGIN, 78, { lineBreak: false });
  const badge = { x: A4.width - MARGIN - QR_SIZE, y: 50, height: 40 };
  doc.roundedRect(badge.x, badge.y, QR_SIZE, badge.height, 5).fill(COLOURS[sheet.state]);
  doc
    .fillColor('#ffffff')
    .fontSize(15)
    .text(STATES[sheet.state], badge.x, badge.y + 9, { width: QR_SIZE, align: 'center' });
  doc
    .fillColor(PALE)
    .fontSize(9)
    .text(`截至 As of ${localTime(sheet.asOf, sheet.timeZone)} (${sheet.timeZone})`, MARGIN, 102, { lineBreak: false });
  if (sheet.mode === 'test') {
    doc
      .fillColor(WARNING)
      .fontSize(11)
      .text('测试数据，不构成保险  TEST DATA, no insurance', MARGIN, 20, { width: WIDTH, align: 'center' });
  }
  rule(doc, 126);
}

/** Modules of a row that touch are one rectangle: fewer shapes, no hairlines between them. */
function drawQr(doc: Doc, text: string, x: number, y: number): void {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const side = QR_SIZE / modules.size;
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (!modules.get(row, column)) continue;
      const first = column;
      while (column + 1 < modules.size && modules.get(row, column + 1)) column++;
      doc.rect(x + first * side, y + row * side, (column - first + 1) * side, side);
    }
  }
  doc.fill('#000000');
  doc.fillColor(PALE).fontSize(8);
  doc.text('离线核验：扫描签名二维码\nScan to verify offline (signed token)', x, y + QR_SIZE + 8, {
    width: QR_SIZE,
    align: 'center',
  });
}

function drawFields(doc: Doc, sheet: CertificateSheet): void {
  const shown = sheet.windows.slice(0, WINDOWS_MAX).map((window) => localSpan(window, sheet.timeZone));
  const more = sheet.windows.length - shown.length;
  if (more > 0) shown.push(`… 另有 ${more} 段，见在线核验 ${more} more, see the online check`);
  const fields: readonly (readonly [string, string])[] = [
    [
      '产品 Product',
      `${sheet.terms.name.zh}  ${sheet.terms.name.en}  (${sheet.terms.productId}@${sheet.terms.version})`,
    ],
    ['被保险人 Insured', sheet.insured],
    ['保障日 Day of cover', `${sheet.productDay}\n${localSpan(sheet.day, sheet.timeZone)}`],
    ['保障时段 Protected', shown.length > 0 ? shown.join('\n') : '尚无 none yet'],
    ['承保机构 Carrier', sheet.carrier],
    ['投保人 Policyholder', sheet.policyholder],
    ['保单 Policy', sheet.policyId],
  ];
  const width = WIDTH - QR_SIZE - 24;
  doc.y = 140;
  for (const [label, value] of fields) {
    doc.fillColor(PALE).fontSize(8).text(label, MARGIN, doc.y, { width });
    doc
      .fillColor(INK)
      .fontSize(11)
      .text(value, MARGIN, doc.y - 1, { width });
    doc.y += 4;
  }
}

function drawTerms(doc: Doc, sheet: CertificateSheet): void {
  doc.y = Math.max(doc.y + 4, 142 + QR_SIZE + 44);
  rule(doc, doc.y);
  doc.y += 10;
  const sentences = [...sheet.terms.benefits.map(({ text }) => text), ...sheet.terms.texts, ...sheet.terms.exclusions];
  const text = sentences.map(({ zh, en }) => `•  ${zh}  ${en}`).join('\n');
  const options = { width: WIDTH, lineGap: 1.5 } as const;
  const room = A4.height - 120 - doc.y;
  const size = TERM_SIZES.find((points) => doc.fontSize(points).heightOfString(text, options) <= room);
  if (size === undefined) throw new Error(`The terms of ${sheet.terms.productId} do not fit on one page.`);
  doc.fillColor(INK).fontSize(size).text(text, MARGIN, doc.y, options);
}

function drawFoot(doc: Doc, sheet: CertificateSheet): void {
  const top = A4.height - 108;
  rule(doc, top);
  doc
    .fillColor(INK)
    .fontSize(9)
    .text(`在线核验 Check online: ${sheet.checkUrl}`, MARGIN, top + 10, { width: WIDTH, link: sheet.checkUrl });
  doc.text(`凭证码 Code: ${sheet.code}`, MARGIN, doc.y + 2, { width: WIDTH });
  doc.fillColor(PALE).fontSize(8);
  doc.text(
    `本凭证反映截至上述时间的情况；如有不一致，以在线核验为准。签名有效至 ${localTime(sheet.expiresAt, sheet.timeZone)}。`,
    MARGIN,
    doc.y + 4,
    { width: WIDTH },
  );
  doc.text(
    `This certificate says what was known at the time above; where they differ, the online check prevails. The signature is valid until ${localTime(sheet.expiresAt, sheet.timeZone)}.`,
    MARGIN,
    doc.y,
    { width: WIDTH },
  );
}

function rule(doc: Doc, y: number): void {
  doc
    .moveTo(MARGIN, y)
    .lineTo(A4.width - MARGIN, y)
    .lineWidth(0.75)
    .strokeColor(LINE)
    .stroke();
}
