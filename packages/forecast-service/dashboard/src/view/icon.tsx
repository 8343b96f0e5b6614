/** Line icons, drawn here: the page loads nothing from elsewhere. */
const PATHS = {
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M4.900 4.900l1.800 1.800M17.300 17.300l1.800 1.800M4.900 19.100l1.800-1.800M17.300 6.700l1.800-1.800",
  moon: "M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500z",
  system: "M3.500 5h17v11.500h-17zM8.500 20.500h7M12 16.500v4",
  alert: "M12 3.500 22 20.500H2zM12 10v5M12 17.800v.2",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.500V12l3 2",
  unplugged:
    "M3 3l18 18M8.500 15.500a5 5 0 0 1 5-1.300M5.500 12.200A10 10 0 0 1 9.300 9.800M12 5.500a14 14 0 0 1 9.500 4M2.500 9.500a14 14 0 0 1 4-2.600M15.500 10.200a10 10 0 0 1 3 2M12 19v.2",
  pulse: "M2.500 12.500h4l3-8 5 15 3-7h4",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.300 15.300 21 21",
  refresh: "M20 12a8 8 0 1 1-2.500-5.800M20.500 3v4.500H16",
  download: "M12 3.500v11M7 10l5 5 5-5M4 20h16",
  close: "M5 5l14 14M19 5 5 19",
  check: "M4 12.500 9.500 18 20 6.500",
  diamond: "M12 3.500 20.500 12 12 20.500 3.500 12z",
  drift: "M3 17l5-5 4 3 8-9M15 6h5v5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
