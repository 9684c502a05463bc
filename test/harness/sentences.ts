/** The sentences that many tests look for, so that their wording is changed here, and in one place of src/. */

export const nothingChanged = /Nothing was changed/;
export const nothingPending = /^Nothing is pending/m;
export const noDatabaseAt = /There is no database at/;
export const allElseCommitted = /All else is committed/;
export const aPersonMustLook = /A person must look/;
