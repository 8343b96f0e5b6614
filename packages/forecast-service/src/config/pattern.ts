/** `*` stands for any characters, `?` for one. Linear in the text: nobody's pattern makes it slow. */
function fitsGlob(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (glob[g] === "*") {
      star = g++;
      mark = t;
    } else if (g < glob.length && (glob[g] === "?" || glob[g] === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      // What the last star stands for grows by one character.
      g = star + 1;
      t = ++mark;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}

/** Whether a text fits one of the patterns and none of those that begin with `!`. Only `!` patterns: everything else fits. */
export function fits(patterns: readonly string[], text: string): boolean {
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!"));
  return (
    (wanted.length === 0 || wanted.some((pattern) => fitsGlob(pattern, text))) &&
    !patterns.some((pattern) => pattern.startsWith("!") && fitsGlob(pattern.slice(1), text))
  );
}

/** The same as regular expressions for servers that filter themselves (RE2 syntax, to be anchored by the server): one for what is wanted, one for what is not. */
export function regularExpressions(patterns: readonly string[]): { wanted: string | null; unwanted: string | null } {
  const join = (globs: readonly string[]) => (globs.length === 0 ? null : globs.map(globExpression).join("|"));
  return {
    wanted: join(patterns.filter((pattern) => !pattern.startsWith("!"))),
    unwanted: join(patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1))),
  };
}

function globExpression(glob: string): string {
  return glob.replace(/[*?]|[^\w\s]/g, (character) =>
    character === "*" ? ".*" : character === "?" ? "." : `\\${character}`,
  );
}
