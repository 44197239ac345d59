#include "adapters/engine/pull_meter.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace copal::engine_wire {

namespace {

constexpr std::size_t most_layers = 1024; // an image has at most 127

double share(const pull_line& line) {
  if (line.total <= 0)
    return 0;
  return std::clamp(static_cast<double>(line.current) / static_cast<double>(line.total), 0.0, 1.0);
}

/// How much of a layer is done; nothing when the line is not about a layer's progress.
std::optional<double> done_part(const pull_line& line) {
  constexpr double half = 0.5;
  const std::string_view status = line.status;
  if (status == "Pulling fs layer" || status == "Waiting")
    return 0.0;
  if (status == "Downloading")
    return half * share(line);
  if (status == "Verifying Checksum" || status == "Download complete")
    return half;
  if (status == "Extracting")
    return half + half * share(line);
  if (status == "Pull complete" || status == "Already exists")
    return 1.0;
  return std::nullopt; // also "Retrying in 5 seconds": what was done stays
}

} // namespace

void pull_meter::take(const pull_line& line) {
  const auto part = done_part(line);
  if (line.layer.empty() || !part)
    return;
  moving_ = moving_ || (*part > 0 && line.status != "Already exists");
  if (const auto found = layers_.find(line.layer); found != layers_.end())
    found->second = std::max(found->second, *part);
  else if (layers_.size() < most_layers)
    layers_.emplace(line.layer, *part);
}

int pull_meter::percent() {
  constexpr int most = 99;
  if (!moving_)
    return last_;
  double sum = 0;
  for (const auto& [id, part] : layers_)
    sum += part;
  const auto now = static_cast<int>(100 * sum / static_cast<double>(layers_.size()));
  last_ = std::clamp(now, last_, most);
  return last_;
}

} // namespace copal::engine_wire
