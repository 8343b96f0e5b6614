export interface InformationCriteria {
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  readonly hqic: number;
}

/**
 * Criteria as R counts them: k estimated parameters, sigma2 among them, n observations after differencing.
 * AIC (Akaike 1974), AICc (Hurvich & Tsai 1989), BIC (Schwarz 1978), HQIC (Hannan & Quinn 1979). AICc is Infinity where
 * n ≤ k + 1.
 */
export function informationCriteria(logLik: number, k: number, n: number): InformationCriteria {
  const deviance = -2 * logLik;
  const aic = deviance + 2 * k;
  return {
    aic,
    aicc: n > k + 1 ? aic + (2 * k * (k + 1)) / (n - k - 1) : Number.POSITIVE_INFINITY,
    bic: deviance + k * Math.log(n),
    hqic: deviance + 2 * k * Math.log(Math.log(n)),
  };
}
