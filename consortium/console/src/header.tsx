import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState } from 'react';

import { EXAMPLES, isDisposable, type Example } from './examples';
import iconUrl from './icon.svg';
import { signIn, signOut, useProblem, useSession } from './session';

/** The strip above the editor: the product, its schema, and queries to start from. */
export function Header() {
  return (
    <header className="strip">
      <h1>
        <img src={iconUrl} alt="" width="22" height="22" />
        Consortium
      </h1>
      <nav aria-label="Example queries">
        <Examples />
      </nav>
      <a href="schema.graphql">Schema</a>
      <Visitor />
    </header>
  );
}

/** Who asks: everyone may, and who has signed in sees more. */
function Visitor() {
  const session = useSession();
  const problem = useProblem();
  return (
    <div className="visitor">
      {problem && <p role="alert">{problem}</p>}
      {session && <a href="account">{session.name}</a>}
      <button type="button" onClick={() => void (session ? signOut() : signIn())}>
        {session ? 'Sign out' : 'Sign in'}
      </button>
    </div>
  );
}

function Examples() {
  const open = useOpenExample();
  return (
    <ul>
      {EXAMPLES.map((example) => (
        <li key={example.operationName}>
          <button type="button" onClick={() => open(example)}>
            {example.title}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Opens an example without losing what the user wrote, and asks it at once. */
function useOpenExample(): (example: Example) => void {
  const { addTab, run, setOperationName } = useGraphiQLActions();
  const editor = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const operationName = useGraphiQL((state) => state.operationName);
  const operations = useGraphiQL((state) => state.operations);
  const [awaited, setAwaited] = useState<string>();

  // The editor reads its text a moment after it changed. Run before that and the request would
  // carry the name of the operation that stood there before.
  const isRead = operations?.length === 1 && operations[0]?.name?.value === awaited;
  useEffect(() => {
    if (awaited === undefined || !isRead) return;
    if (operationName !== awaited) {
      setOperationName(awaited);
      return;
    }
    setAwaited(undefined);
    void run();
  }, [awaited, isRead, operationName, run, setOperationName]);

  return (example) => {
    if (!editor) return;
    if (!isDisposable(editor.getValue())) addTab();
    variables?.setValue('');
    editor.setValue(example.query);
    editor.focus();
    setAwaited(example.operationName);
  };
}
