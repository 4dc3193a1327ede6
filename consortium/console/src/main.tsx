import './workers';
import 'graphiql/style.css';
import './page.css';

import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { WELCOME } from './examples';
import { Header } from './header';
import { authorizedFetch, completeSignIn } from './session';
import { useSystemTheme } from './theme';

// Relative to the page, so that it also works below a proxy's path prefix.
const fetcher = createGraphiQLFetcher({
  url: new URL('graphql', document.baseURI).href,
  fetch: authorizedFetch,
});
const PLUGINS = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];

/** A link may bring its own query: /graphql?query=... */
function linkedQuery(): string | undefined {
  return new URLSearchParams(location.search).get('query') ?? undefined;
}

function SystemTheme() {
  useSystemTheme();
  return null;
}

function Page() {
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={PLUGINS}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      initialQuery={linkedQuery()}
      defaultQuery={WELCOME}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryStore>
        <DocExplorerStore>
          <SystemTheme />
          <Header />
          <main>
            <GraphiQLInterface showPersistHeadersSettings={false}>
              <GraphiQL.Logo>{' '}</GraphiQL.Logo>
            </GraphiQLInterface>
          </main>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

// Before the page asks for the schema, which it does as whoever has signed in.
await completeSignIn();

const root = document.getElementById('page');
if (!root) throw new Error('The page has no element "page".');
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
