import type { OverviewEntry } from "../../../../src/http/contract.js";
import { formatThreshold, thresholdWords } from "../../forecast/threshold.js";
import {
  formatClock,
  formatNumber,
  formatRoughAge,
  formatRoughSpan,
  formatSentence,
  formatUtc,
  formatValue,
} from "../../format.js";
import { metricName } from "../../names.js";
import { formatRoute, seriesRoute } from "../../route.js";
import { Icon } from "../../view/icon.js";
import { Gauge } from "./gauge.js";
import { Sparkline } from "./sparkline.js";

/** Three steps without a value are more than a delay. */
const PATIENCE = 900_000;

/** One series of a host: now, the next four hours in three lines, and their shape. */
export function Tile({ entry, now }: { readonly entry: OverviewEntry; readonly now: number }) {
  const { outlook, sparkline, unit, last } = entry;
  const silent = last !== null && now - Date.parse(last.time) > PATIENCE;
  const age = silent ? formatRoughAge(now - Date.parse(last.time)) : null;
  const threshold = outlook?.threshold?.threshold ?? null;
  const peakAt = Date.parse(outlook?.peak.time ?? "");
  return (
    <section class="tile" aria-label={`${metricName(entry.metric)} of ${entry.host}`}>
      <h3 class="tile-name">
        <a href={formatRoute(seriesRoute(entry.id))}>
          {metricName(entry.metric)}
          <span class="visually-hidden"> of {entry.host}</span>
        </a>
        <Marks entry={entry} silent={silent} />
      </h3>
      <div class="tile-body">
        {unit === "percent" && last ? (
          <Gauge
            value={last.value}
            peak={outlook?.peak ?? null}
            threshold={threshold}
            label={formatNumber(last.value, unit)}
            age={age}
          />
        ) : (
          <p class="tile-plain" aria-hidden="true">
            <b>{formatValue(last?.value, unit)}</b> {age ?? "now"}
          </p>
        )}
        {outlook ? (
          <dl class="tile-facts">
            <div class="visually-hidden">
              <dt>{age ?? "Now"}</dt>
              <dd>{formatValue(last?.value, unit)}</dd>
            </div>
            <div>
              <dt title="Mean of the medians of the next four hours, and the mean 80 % band">Next 4 h</dt>
              <dd>
                <b>{formatValue(outlook.mean, unit)}</b>
                <span>{formatRoughSpan(outlook.meanLower, outlook.meanUpper, unit)}</span>
              </dd>
            </div>
            <div>
              <dt title="The highest median of the next four hours, and its 80 % band">
                Peak <span title={formatUtc(peakAt)}>{peakAt <= now ? "now" : formatClock(peakAt)}</span>
              </dt>
              <dd>
                <b>{formatValue(outlook.peak.median, unit)}</b>
                <span>{formatRoughSpan(outlook.peak.lower, outlook.peak.upper, unit)}</span>
              </dd>
            </div>
            <Reaches entry={entry} now={now} />
          </dl>
        ) : (
          <p class="tile-reason" title={entry.reason ?? undefined}>
            <span class="visually-hidden">
              {formatValue(last?.value, unit)} {age ?? "now"}.{" "}
            </span>
            {formatSentence(entry.reason ?? "There is no forecast yet.", now)}
          </p>
        )}
      </div>
      {sparkline ? <Sparkline data={sparkline} unit={unit} threshold={threshold} /> : <div class="spark" />}
    </section>
  );
}

function Reaches({ entry, now }: { readonly entry: OverviewEntry; readonly now: number }) {
  const threshold = entry.outlook?.threshold;
  if (!threshold) return null;
  const { when, how, brief, likely } = thresholdWords(threshold, now);
  return (
    <div class={likely ? "tile-likely" : undefined}>
      <dt title="When the limit is passed, from simulated paths of the next four hours">
        Over {formatThreshold(threshold.threshold, entry.unit)}
      </dt>
      <dd>{threshold.time === null ? <span>{when}</span> : <b>{when}</b>}</dd>
      {threshold.time !== null && (
        <dd class="tile-how" title={how}>
          {brief}
        </dd>
      )}
    </div>
  );
}

/** Only what needs a word gets one: a series with a forecast is the normal case. */
function Marks({ entry, silent }: { readonly entry: OverviewEntry; readonly silent: boolean }) {
  return (
    <>
      {silent && (
        <span class="mark mark-warn" title="No value has come for more than a quarter of an hour">
          <Icon name="unplugged" />
          no data
        </span>
      )}
      {entry.status === "waiting" && !silent && (
        <span class="mark mark-waiting">
          <Icon name="clock" />
          waiting
        </span>
      )}
      {entry.status === "failed" && (
        <span class="mark mark-failed" title={entry.reason ?? undefined}>
          <Icon name="alert" />
          failed
        </span>
      )}
      {entry.anomalous && (
        <span class="mark mark-warn" title="Its last values were outside of what was expected">
          <Icon name="diamond" />
          unusual
        </span>
      )}
      {entry.drift && (
        <span class="mark mark-warn" title="Its forecasts have become worse than they were">
          <Icon name="drift" />
          drift
        </span>
      )}
    </>
  );
}
