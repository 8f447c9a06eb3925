import { Schema } from 'mongoose';

/** The fields of which most schemas are made. */
export const text = { type: String, required: true } as const;
export const count = { type: Number, required: true } as const;
export const date = { type: Date, required: true } as const;
export const dateOrNull = { type: Date, default: null } as const;
export const mixed = { type: Schema.Types.Mixed, required: true } as const;
/** Minor units: a BSON long, which Mongoose would write as a double (`longs.ts`). */
export const amount = mixed;
