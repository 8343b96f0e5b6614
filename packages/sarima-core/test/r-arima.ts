import { readFileSync } from "node:fs";

/** What fixtures/arima.R wrote. */
export interface RFit {
  series: string;
  order: [number, number, number];
  seasonal: [number, number, number, number];
  mean: boolean;
  trend: boolean;
  fixed: (number | null)[] | null;
  method: "ML" | "CSS";
  names: string[];
  coef: number[];
  se: number[];
  sigma2: number;
  logLik: number;
  aic: number;
  bic: number;
  nobs: number;
}

export interface RForecast {
  series: string;
  order: [number, number, number];
  seasonal: [number, number, number, number];
  coef: number[];
  mean: boolean;
  blank: number[];
  trend: boolean;
  sigma2: number;
  forecast: number[];
  se: number[];
}

export const rArima: {
  versions: string;
  series: Record<string, (number | null)[]>;
  diff: { x: (number | null)[]; lag: number; differences: number; diff: (number | null)[] }[];
  diffinv: { w: number[]; initial: number[]; lag: number; y: number[]; twice: number[] };
  arma: { ar: number[]; ma: number[]; acf: number[]; psi: number[] }[];
  fits: RFit[];
  css: RFit[];
  forecasts: RForecast[];
} = JSON.parse(readFileSync(new URL("fixtures/arima.json", import.meta.url), "utf8"));

/** A series of the fixture, gaps as NaN. */
export const rSeries = (name: string): Float64Array => Float64Array.from(rArima.series[name], (v) => v ?? Number.NaN);

/** R has no period without a seasonal part; 1 stands for it in the fixture. */
export const seasonalOf = (seasonal: RFit["seasonal"]): RFit["seasonal"] => (seasonal[3] > 1 ? seasonal : [0, 0, 0, 0]);
