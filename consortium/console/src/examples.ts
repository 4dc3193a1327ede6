/** A query to start from: its first comment line is its title, its operation has a name. */
export interface Example {
  readonly title: string;
  readonly operationName: string;
  readonly query: string;
}

const files = import.meta.glob<string>('../examples/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

function toExample([path, query]: [string, string]): Example {
  const title = /^# *(.+)/.exec(query)?.[1]?.trim();
  const operationName = /^query +(\w+)/m.exec(query)?.[1];
  if (!title || !operationName) {
    throw new Error(`${path} must begin with a comment (its title) and name its query.`);
  }
  return { title, operationName, query };
}

/** In the order of their file names; the first one greets a new visitor. */
export const EXAMPLES: readonly Example[] = Object.entries(files)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(toExample);

/** What a new visitor finds in the editor. */
export const WELCOME = `# Welcome. Ctrl-Enter asks (Cmd-Enter on a Mac),
# Ctrl-Space completes what you type. Every figure
# in the answer can name its source.

${EXAMPLES[0]?.query ?? ''}`;

/** Nobody's own work: it may be replaced without asking. */
export function isDisposable(query: string): boolean {
  const text = query.trim();
  const known = [WELCOME, ...EXAMPLES.map((example) => example.query)];
  return text === '' || known.some((one) => one.trim() === text);
}
