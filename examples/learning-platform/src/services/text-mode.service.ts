/** Lessons as plain text: for screen readers, slow connections and terminals. */

export interface RenderOptions {
  max_width?: number;
  links?: 'inline' | 'footnotes' | 'drop';
}

export interface Rendered {
  lines: string[];
  words: number;
  reading_minutes: number;
  warnings: string[];
}

const WORDS_PER_MINUTE = 200;

/** Break a paragraph into lines of at most `width` characters; a longer word stands alone. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const candidate = line === '' ? word : `${line} ${word}`;
    if (line !== '' && candidate.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = candidate;
    }
  }
  if (line !== '') {
    lines.push(line);
  }
  return lines.map((content, index) => (index === 0 ? content : indent + content));
}

/** Take Markdown's marks away from a line and say what was lost. */
export function plainInline(source: string, links: RenderOptions['links'], notes: string[]): string {
  return source
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, (_, alt: string) => (alt ? `[image: ${alt}]` : '[image]'))
    .replace(/\[([^\]]+)\]\(([^)\s]+)[^)]*\)/g, (_, text: string, address: string) => {
      if (links === 'drop') {
        return text;
      }
      if (links === 'footnotes') {
        notes.push(address);
        return `${text} [${notes.length}]`;
      }
      return `${text} (${address})`;
    })
    .replace(/(\*\*|__)(.+?)\1/g, '$2')
    .replace(/(\*|_)(\S.*?)\1/g, '$2')
    .replace(/`([^`]+)`/g, '"$1"');
}

export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

/** What keeps a text from being read aloud well. */
export function accessibilityWarnings(source: string): string[] {
  const warnings: string[] = [];
  if (/!\[\s*\]\(/.test(source)) {
    warnings.push('an image has no description');
  }
  if (/\[(here|click here|link|this)\]\(/i.test(source)) {
    warnings.push('a link does not say where it leads');
  }
  let last = 0;
  for (const match of source.matchAll(/^(#{1,6})\s/gm)) {
    const level = match[1].length;
    if (level > last + 1) {
      warnings.push(`a heading of level ${level} follows one of level ${last}`);
    }
    last = level;
  }
  if (/\b[A-Z]{2,}(?:\s+[A-Z]{2,}){3,}\b/.test(source)) {
    warnings.push('a passage is written in capitals');
  }
  return warnings;
}

export class TextModeService {
  render(source: string, options: RenderOptions = {}): Rendered {
    const width = options.max_width ?? 80;
    if (width < 20 || width > 200) {
      throw new RangeError('the width must be between 20 and 200');
    }
    const notes: string[] = [];
    const lines: string[] = [];
    let inCode = false;
    for (const raw of source.split(/\r?\n/)) {
      if (raw.startsWith('```')) {
        inCode = !inCode;
        lines.push(inCode ? '[code]' : '[end of code]');
      } else if (inCode) {
        lines.push(`    ${raw}`);
      } else {
        lines.push(...this.renderLine(raw, width, options.links ?? 'inline', notes));
      }
    }
    if (notes.length > 0) {
      lines.push('', ...notes.map((address, index) => `[${index + 1}] ${address}`));
    }
    const words = countWords(lines.join(' '));
    return {
      lines: squeeze(lines),
      words,
      reading_minutes: words === 0 ? 0 : Math.max(1, Math.round(words / WORDS_PER_MINUTE)),
      warnings: accessibilityWarnings(source),
    };
  }

  /** Cut rendered lines into pages; never right after a heading. */
  paginate(lines: readonly string[], perPage: number): string[][] {
    const pages: string[][] = [];
    let page: string[] = [];
    for (const line of lines) {
      page.push(line);
      if (page.length >= perPage) {
        const heading = /^[=-]{3,}$/.test(line) && page.length > 2 ? page.splice(-2) : [];
        pages.push(page);
        page = heading;
      }
    }
    return page.length > 0 ? [...pages, page] : pages;
  }

  private renderLine(raw: string, width: number, links: RenderOptions['links'], notes: string[]): string[] {
    const heading = /^(#{1,6})\s+(.*)$/.exec(raw);
    if (heading) {
      const text = plainInline(heading[2], links, notes);
      const rule = heading[1].length === 1 ? '=' : '-';
      return heading[1].length <= 2 ? ['', text, rule.repeat(Math.min(text.length, width))] : ['', text];
    }
    const bullet = /^(\s*)[-*+]\s+(.*)$/.exec(raw);
    if (bullet) {
      const depth = Math.floor(bullet[1].length / 2);
      const indent = '  '.repeat(depth);
      const text = plainInline(bullet[2], links, notes);
      const [first, ...rest] = wrap(text, width - indent.length - 2, `${indent}  `);
      return [`${indent}• ${first ?? ''}`, ...rest];
    }
    if (raw.startsWith('>')) {
      return wrap(plainInline(raw.replace(/^>\s?/, ''), links, notes), width - 2).map((line) => `| ${line}`);
    }
    return raw.trim() === '' ? [''] : wrap(plainInline(raw, links, notes), width);
  }
}

function squeeze(lines: string[]): string[] {
  const kept = lines.filter((line, index) => line !== '' || (index > 0 && lines[index - 1] !== ''));
  return kept.at(-1) === '' ? kept.slice(0, -1) : kept;
}

export const textMode = new TextModeService();
