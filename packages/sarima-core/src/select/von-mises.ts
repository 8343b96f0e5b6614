/**
 * P(Q > x) where Q is the integral of the squared length of a Brownian bridge in `dimension` dimensions, the distribution that
 * Canova & Hansen call the generalised von Mises VM(p). Its characteristic function is (√(2iu)/sin √(2iu))^(p/2) (Anderson & Darling
 * 1952), inverted numerically as Imhof (1961) does: P = ½ + π⁻¹ ∫ sin θ(u) / (u ρ(u)) du. Good to about 1e-8.
 */
export function vonMisesTail(x: number, dimension: number): number {
  if (!(x > 0)) return 1;
  // In s = √u the phase of the factor is nearly linear, and the modulus ρ grows like exp(p·s/2).
  const end = Math.min(400, 80 / dimension + 12);
  const steps = 2 * Math.ceil(end * (40 + 4 * dimension + end * x));
  const h = end / steps;
  let sum = 0;
  for (let k = 0; k <= steps; k++) {
    const s = k * h;
    const weight = k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2;
    sum += weight * integrand(s, x, dimension);
  }
  return Math.min(1, Math.max(0, 0.5 + ((h / 3) * sum) / Math.PI));
}

/** sin θ / (u ρ) · du/ds at u = s². With z = √(2iu) = s(1 + i): sin z = sin s cosh s + i cos s sinh s. */
function integrand(s: number, x: number, p: number): number {
  // θ/u tends to (E Q − x)/… as u → 0: mean of Q is p/6.
  if (s < 1e-4) return 2 * s * (p / 6 - x);
  const u = s * s;
  const grow = Math.exp(-2 * s);
  // sin z scaled by 2e^{−s}, divided by z.
  const real = Math.sin(s) * (1 + grow);
  const imaginary = Math.cos(s) * (1 - grow);
  const logModulus = 0.5 * Math.log(real * real + imaginary * imaginary) + s - Math.LN2 - Math.log(s * Math.SQRT2);
  // Phase of z/sin z, continuous from 0: arg z − arg sin z, where arg sin z runs down from π/4 by about s.
  let phase = Math.PI / 4 - Math.atan2(imaginary, real);
  phase += 2 * Math.PI * Math.round((s - Math.PI / 4 - phase) / (2 * Math.PI));
  const theta = (p / 2) * phase - u * x;
  return (2 * Math.sin(theta) * Math.exp((-p / 2) * logModulus)) / s;
}
