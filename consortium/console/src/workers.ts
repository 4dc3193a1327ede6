// Monaco checks and completes what is typed in web workers. The list is our own and not
// `graphiql/setup-workers/vite`, which writes a console line for each worker it starts.
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

function getWorker(_workerId: string, label: string): Worker {
  switch (label) {
    case 'json':
      return new JsonWorker();
    case 'graphql':
      return new GraphQLWorker();
    default:
      return new EditorWorker();
  }
}

Object.assign(globalThis, { MonacoEnvironment: { getWorker } });
