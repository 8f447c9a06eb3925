import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

/** The public code of a cover's certificate: 128 random bits (G24), given when a certificate is first asked for. */
export interface CertificateDocument {
  /** The cover's id: one code per cover. */
  _id: string;
  code: string;
  issuedAt: Date;
}

const schema = new Schema<CertificateDocument>(
  {
    _id: text,
    code: text,
    issuedAt: date,
  },
  { collection: 'certificates', versionKey: false },
);

export const declareCertificates = (connection: Connection) => connection.model('Certificate', schema);
