let said: string | undefined;

/** Keeps what the log is to say of whom this process has become, until there is a log. */
export function tellWhoRuns(message: string | undefined): void {
  said = message;
}

export function whoRuns(): string | undefined {
  return said;
}
