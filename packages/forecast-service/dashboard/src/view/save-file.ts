/** Hands a file to the browser, which asks or stores it as its reader has set. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The download has begun by then; some browsers read the address late.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
