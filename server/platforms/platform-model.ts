import { Schema, type Connection } from 'mongoose';

export interface PlatformDocument {
  _id: string;
  name: string;
  /** CloudEvents `source` values that belong to it (G5); no two platforms share one. */
  sources: string[];
  /** Test and live data never meet: a platform is one or the other. */
  mode: 'test' | 'live';
  createdAt: Date;
}

const schema = new Schema<PlatformDocument>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    sources: { type: [String], required: true },
    mode: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'platforms', versionKey: false },
);

export const declarePlatforms = (connection: Connection) => connection.model('Platform', schema);
