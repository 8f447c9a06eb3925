/** What stands between us and a database. The codes are stable; the message is one sentence a person can act on. */
export type DatabaseTroubleCode =
  | 'no_mongod'
  | 'mongod_cannot_run'
  | 'mongod_too_old'
  | 'mongod_did_not_start'
  | 'disk_full'
  | 'data_folder_broken'
  | 'data_folder_forbidden'
  | 'data_folder_in_use'
  | 'data_folder_other_version'
  | 'embedded_refused'
  | 'uri_invalid'
  | 'unreachable'
  | 'access_denied'
  | 'not_a_replica_set'
  | 'too_old'
  | 'migration_failed'
  | 'backup_refused'
  | 'restore_refused'
  | 'backup_damaged'
  | 'snapshot_too_old';

/**
 * The database cannot be had, or cannot do what was asked of it. Not a `Refusal`: no caller of the API can cause it.
 * A program that meets it at start prints `message` and exits with a code other than 0.
 */
export class DatabaseTrouble extends Error {
  override readonly name = 'DatabaseTrouble';
  readonly code: DatabaseTroubleCode;

  constructor(code: DatabaseTroubleCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
