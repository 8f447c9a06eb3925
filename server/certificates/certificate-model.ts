import { Schema, type Connection } from 'mongoose';

/** The public code of a cover's certificate: 128 random bits (G24), given when a certificate is first asked for. */
export interface CertificateDocument {
  /** The cover's id: one code per cover. */
  _id: string;
  code: string;
  issuedAt: Date;
}

const schema = new Schema<CertificateDocument>(
  {
    _id: { type: String, required: true },
    code: { type: String, required: true },
    issuedAt: { type: Date, required: true },
  },
  { collection: 'certificates', versionKey: false },
);

export const declareCertificates = (connection: Connection) => connection.model('Certificate', schema);
