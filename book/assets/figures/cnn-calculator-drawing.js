/* What the calculator draws: for each axis a row of cells with every window beneath it; for the last two axes, the
   plane of the row and the plane of the windows, with the chosen one lit. A row is {cells, before, after, s, d, k,
   count, extent}: of a convolution, the padded input and the windows on it; of a transposed one, the output with the
   cells that are cut off, and the copies that land on it. */
"use strict";

(() => {
  const { range } = cnn;
  const { reached } = cnn.calculator;
  const MOST = 240; // cells of a row that are drawn at once
  const LANES = 40; // windows above one another
  const WIDE = 960;
  const SIDE = 330; // of a plane
  let patterns = 0;

  const total = ({ before, cells, after }) => before + cells + after;
  const limit = (value, low, high) => Math.min(Math.max(value, low), high);

  /** The part of a row that is drawn: all of it, or so much around the chosen window. */
  const piece = (row, o) => {
    const whole = total(row);
    const low = whole <= MOST ? 0 : limit(Math.round(o * row.s + row.extent / 2 - MOST / 2), 0, whole - MOST);
    return [low, Math.min(whole, low + MOST)];
  };

  const box = (x, y, width, height, more) => `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}"
    width="${Math.max(width, 0.5).toFixed(2)}" height="${height.toFixed(2)}" ${more}/>`;

  const stripes = () => {
    const id = `cnn-stripes-${(patterns += 1)}`;
    const lines = (name, turn, colour, width) => `<pattern id="${id}-${name}" width="7" height="7"
      patternUnits="userSpaceOnUse" patternTransform="rotate(${turn})"><path d="M0 0V7" stroke="var(--cnn-${colour})"
      stroke-width="${width}"/></pattern>`;
    return [`<defs>${lines("pad", 45, "line", 3)}${lines("idle", -45, "ink", 2.2)}</defs>`,
      `fill="url(#${id}-pad)"`, `fill="url(#${id}-idle)"`];
  };

  const svg = (width, height, label, inner) => `<svg viewBox="-2 -2 ${(width + 4).toFixed(1)} ${(height + 4).toFixed(1)}"
    style="width: ${Math.round(width + 4)}px" role="img" aria-label="${label}">${inner}</svg>`;

  const HALO = 'stroke="var(--cnn-paper)" stroke-width="5" paint-order="stroke"';
  const TAP = 'fill="var(--cnn-kernel)" fill-opacity="0.85" stroke="var(--cnn-ink)" stroke-opacity="0.5"';
  const INK = 'fill="none" stroke="var(--cnn-ink)" stroke-width="2.5" pointer-events="none"';
  const taps = ({ k, d, s }, o) => range(Math.min(k, 4000)).map((tap) => o * s + tap * d);
  const near = (row, [low, high]) =>
    [Math.max(0, Math.ceil((low - row.extent + 1) / row.s)), Math.min(row.count - 1, Math.floor((high - 1) / row.s))];

  /** One axis. hues: of the row and of its windows. */
  const strip = (row, o, hue, label) => {
    const [low, high] = piece(row, o);
    const cell = Math.min(44, WIDE / (high - low));
    const tall = limit(cell, 14, 34);
    const lanes = limit(Math.ceil(row.extent / row.s), 1, row.count);
    const crowded = lanes > LANES;
    const [first, last] = near(row, [low, high]);
    const drawn = crowded ? [Math.max(first, o - LANES / 2), Math.min(last, o + LANES / 2 - 1)] : [first, last];
    const lane = limit(200 / Math.min(lanes, LANES), 5, 14);
    const x = (j) => (limit(j, low, high) - low) * cell;
    const [defs, pad, idle] = stripes();
    const gap = cell > 6 ? 1 : 0;
    const cells = range(high - low).map((n) => {
      const j = n + low;
      const padding = j < row.before || j >= row.before + row.cells;
      const fill = padding ? pad : `fill="var(--cnn-${hue})" fill-opacity="0.28"`;
      const unread = !padding && !reached(row, j);
      const text = high - low <= 16 ? `<text x="${x(j) + cell / 2}" y="${tall / 2}" font-size="${cell * 0.42}"
        fill="var(--cnn-${padding ? "faint" : "ink"})" ${unread ? HALO : ""}
        text-anchor="middle" dominant-baseline="central">${String(j - row.before).replace("-", "−")}</text>` : "";
      return box(x(j), 0, cell - gap, tall, fill) + (unread ? box(x(j), 0, cell - gap, tall, idle) : "") + text;
    });
    const rim = box(x(row.before), 0, x(row.before + row.cells) - x(row.before) - gap, tall,
      `fill="none" stroke="var(--cnn-${hue})" stroke-width="1.5"`);
    const many = crowded ? LANES : lanes;
    const windows = range(Math.max(drawn[1] - drawn[0] + 1, 0)).map((n) => {
      const w = n + drawn[0];
      const y = tall + 6 + (w % many) * lane;
      const mine = w === o;
      const [left, right] = [x(w * row.s), x(w * row.s + row.extent) - gap];
      const body = row.d === 1 || row.k * n > 3000 ? box(left, y, right - left, lane - 2, "")
        : box(left, y + lane / 2 - 1.75, right - left, 1.5, "") +
          taps(row, w).filter((j) => j >= low && j < high).map((j) => box(x(j), y, cell - gap, lane - 2, "")).join("");
      return `<g data-window="${w}" fill="var(--cnn-kernel)" fill-opacity="${mine ? 1 : 0.42}">${body}</g>` +
        (mine ? box(left, y, right - left, lane - 2, INK.replace("2.5", "1.5")) : "");
    });
    const lit = (cell < 6 ? [] : taps(row, o)).filter((j) => j >= low && j < high).map((j) => box(x(j), 0, cell - gap, tall, INK));
    const height = tall + 6 + many * lane;
    return { html: svg((high - low) * cell, height, label, defs + cells.join("") + rim + windows.join("") + lit.join("")),
      low, high, drawn, crowded };
  };

  const lines = (width, height, columns, rows, cell) => (cell < 5 ? "" : `<path fill="none" stroke="var(--cnn-paper)"
    d="${range(columns + 1).map((n) => `M${n * cell} 0V${height}`).join("")}
    ${range(rows + 1).map((n) => `M0 ${n * cell}H${width}`).join("")}"/>`);

  /** The plane of two rows of cells, with the taps of window (p, q). */
  const plane = (down, along, [p, q], hue, label, cells = 30) => {
    const [[top, bottom], [left, right]] = [piece(down, p), piece(along, q)];
    const cell = Math.min(cells, SIDE / Math.max(bottom - top, right - left));
    const [x, y] = [(j) => (limit(j, left, right) - left) * cell, (j) => (limit(j, top, bottom) - top) * cell];
    const [width, height] = [x(right), y(bottom)];
    const [defs, pad, idle] = stripes();
    const [x0, y0] = [x(along.before), y(down.before)];
    const [w0, h0] = [x(along.before + along.cells) - x0, y(down.before + down.cells) - y0];
    const blind = (row, [low, high]) => range(high - low).map((n) => n + low)
      .filter((j) => j >= row.before && j < row.before + row.cells && !reached(row, j));
    const idleBands = w0 * h0 ? [...blind(along, [left, right]).map((j) => box(x(j), y0, cell, h0, idle)),
      ...blind(down, [top, bottom]).map((j) => box(x0, y(j), w0, cell, idle))] : [];
    const inPiece = (row, o, [low, high]) => taps(row, o).filter((j) => j >= low && j < high);
    const [js, is] = [inPiece(along, q, [left, right]), inPiece(down, p, [top, bottom])];
    const lit = js.length * is.length > 6000 ? [] : is.flatMap((i) => js.map((j) =>
      box(x(j), y(i), cell, cell, TAP)));
    const frame = box(x(q * along.s), y(p * down.s), x(q * along.s + along.extent) - x(q * along.s),
      y(p * down.s + down.extent) - y(p * down.s), INK);
    return { html: svg(width, height, label, `${defs}${box(0, 0, width, height, pad)}
      ${box(x0, y0, w0, h0, 'fill="var(--cnn-paper)"')}
      ${box(x0, y0, w0, h0, `fill="var(--cnn-${hue})" fill-opacity="0.28"`)}
      ${idleBands.join("")}${lines(width, height, right - left, bottom - top, cell)}
      ${box(x0, y0, w0, h0, `fill="none" stroke="var(--cnn-${hue})" stroke-width="1.5"`)}${lit.join("")}${frame}`),
      top, left, rows: bottom - top, columns: right - left };
  };

  /** The plane of all windows, a cell each. */
  const places = (rows, columns, [p, q], hue, label) => {
    const plain = (count) => ({ before: 0, cells: count, after: 0, s: 1, d: 1, k: 1, extent: 1, count });
    return plane(plain(rows), plain(columns), [p, q], hue, label, 18);
  };

  Object.assign(cnn.calculator, { strip, plane, places });
})();
