import type { Results } from '../../results/results.ts';
import { linesOverRows, type RowsLine, type RowsPoint } from '../charts/lines-over-rows.ts';
import { type Figure, lineLegend } from '../figure.ts';
import { formatBytes, formatCount, shortCount, significant } from '../format.ts';
import { lineStyles, modelStyle } from '../palette.ts';
import { defaultDesign } from '../questions.ts';

/** Buffers of a check against blocked numbers, measured beside the model carried on to ten billion. */
export function buffersFigure(results: Results): readonly Figure[] {
  if (results.model.length < 2) return [];
  const measured = measuredBuffers(results);
  const lead = lineStyles([defaultDesign])(defaultDesign);
  const lines: RowsLine[] = [
    {
      name: 'model',
      points: results.model.map((point) => ({ rows: point.rows, value: point.buffersPerProbe })),
      style: modelStyle,
      labelled: true,
      predicted: true,
      steps: true,
    },
    ...(measured.length === 0
      ? []
      : [
          {
            name: `${defaultDesign}, measured`,
            points: measured,
            style: { ...lead, width: 0.01 },
            labelled: true,
          },
        ]),
  ];
  const last = results.model.at(-1);
  return [
    {
      id: 'pages-against-rows',
      finding:
        last === undefined
          ? ''
          : `At ${shortCount(last.rows)} blocked numbers a check would read ${last.buffersPerProbe} pages of 8 kB, by the geometry of a btree`,
      reading:
        'Pages that one check touches, against the number of blocked numbers (logarithmic). The line is a prediction from page sizes; dots are measured.',
      legend: lineLegend(lines),
      chart: linesOverRows(lines, {
        label: 'Buffers of a check against the number of blocked numbers',
        xAxis: 'blocked numbers',
        yAxis: 'buffers a check',
        yType: 'linear',
        formatY: (value) => (Number.isInteger(value) ? String(value) : ''),
        tell: ({ value }) => `${significant(value, 3)} buffers`,
        namedByLegend: true,
      }),
      data: {
        caption: 'The model: a btree of so many phone numbers',
        columns: [
          { heading: 'Blocked numbers' },
          { heading: 'Levels above the leaves', numeric: true },
          { heading: 'Buffers a check', numeric: true },
          { heading: 'Measured', numeric: true },
          { heading: 'Index size', numeric: true },
          { heading: 'Inner pages', numeric: true },
        ],
        rows: [
          ...results.model.map((point) => ({ rows: point.rows, cells: modelCells(point) })),
          ...measured.map((point) => ({
            rows: point.rows,
            cells: [formatCount(point.rows), '', '', significant(point.value, 3), '', ''],
          })),
        ]
          .sort((a, b) => a.rows - b.rows)
          .map((row) => row.cells),
      },
    },
  ];
}

function modelCells(point: Results['model'][number]): string[] {
  return [
    formatCount(point.rows),
    String(point.level),
    significant(point.buffersPerProbe, 3),
    '',
    formatBytes(point.sizeBytes),
    formatBytes(point.innerBytes),
  ];
}

function measuredBuffers(results: Results): readonly RowsPoint[] {
  const swept = results.sweep.flatMap((point) => {
    const buffers = point.designs.find((design) => design.name === defaultDesign)?.buffersPerCheck;
    return buffers === undefined ? [] : [{ rows: point.blockedContacts, value: buffers }];
  });
  if (swept.length > 0) return swept;
  const single = results.designs.find((design) => design.name === defaultDesign)?.serverSide;
  // where nobody is blocked (a threshold that no number has reached) there is no place on a logarithmic axis
  return single?.buffersPerCheck === undefined || results.dataSet.blockedContacts === 0
    ? []
    : [{ rows: results.dataSet.blockedContacts, value: single.buffersPerCheck }];
}
