#include "actors/planning/normalise/service_refusals.hpp"

namespace copal::planning {

namespace {

constexpr refused_field refusals[] = {
  {"attach", "nothing is shown in a terminal; remove it"},
  {"blkio_config", "the engine's defaults apply; remove it"},
  {"build", "build the image beforehand and name it with image"},
  {"container_name", "container names are given by the supervisor; remove it"},
  {"cpu_count", "it is for Windows; use cpus"},
  {"cpu_percent", "it is for Windows; use cpus"},
  {"cpu_period", "use cpus, or cpu_quota for the engine's period of 100 ms"},
  {"cpu_rt_period", "engines refuse it on most devices; use cpus or cpu_shares"},
  {"cpu_rt_runtime", "engines refuse it on most devices; use cpus or cpu_shares"},
  {"credential_spec", "it is for Windows; remove it"},
  {"develop", "it is for the machine of a developer; remove it"},
  {"device_cgroup_rules", "name the devices under devices"},
  {"expose", "services of an app reach all ports of each other; remove it"},
  {"extends", "write the service out in full"},
  {"external_links", "put the containers of others into an app; remove it"},
  {"isolation", "it is for Windows; remove it"},
  {"label_file", "write the labels under labels"},
  {"links", "services of an app reach each other by name; remove it"},
  {"mem_swappiness", "set it for the machine; remove it"},
  {"models", "run the model as a service"},
  {"platform", "name an image for the device with image"},
  {"post_start", "put it into the command of the service"},
  {"pre_stop", "let the service end itself on stop_signal"},
  {"provider", "only containers can be services; name an image with image"},
  {"pull_refresh_after", "for a newer image change its tag"},
  {"scale", "one container runs for each service; remove it"},
  {"storage_opt", "no engine shows it again, so that it could not be compared; remove it"},
  {"use_api_socket", "use the label io.balena.features.balena-socket"},
  {"volumes_from", "name the volumes under volumes"},
};

} // namespace

std::span<const refused_field> service_refusals() {
  return refusals;
}

} // namespace copal::planning
