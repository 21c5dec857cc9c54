/** `explain`: why a download is slow or stuck, and where a finished one came from. */
import { explanationText } from '../explanation-text.js';
import { command } from './command.js';

export const explain = command({
  name: 'explain',
  summary: 'why a download is slow or stuck; where a finished one came from',
  required: ['group', 'file'],
  run: ({ peer }, { group, file }) => peer.explain(group, file),
  text(explanation, _, { peer }) {
    const shown = peer.showDownloads();
    const downloads = shown.ok ? shown.result.downloads : [];
    return explanationText(
      explanation,
      downloads.find(({ group, file }) => group === explanation.group && file === explanation.file),
    );
  },
});
