#pragma once

#include <string_view>

/// The labels that mean something to the supervisor. Source: spec/state-engine.md §1 and §2.3.
namespace copal::planning::label {

// Whose a container, network or volume is.
inline constexpr std::string_view supervised = "io.balena.supervised";
inline constexpr std::string_view supervised_legacy = "io.resin.supervised";
inline constexpr std::string_view app_id = "io.balena.app-id";
inline constexpr std::string_view app_uuid = "io.balena.app-uuid";
inline constexpr std::string_view service_id = "io.balena.service-id";
inline constexpr std::string_view service_name = "io.balena.service-name";

/// On a network whose composition names address pools: tells of their removal later.
inline constexpr std::string_view ipam_config = "io.balena.private.ipam.config";

// How a service is updated.
inline constexpr std::string_view update_strategy = "io.balena.update.strategy";
inline constexpr std::string_view handover_timeout = "io.balena.update.handover-timeout";
inline constexpr std::string_view requires_reboot = "io.balena.update.requires-reboot";
inline constexpr std::string_view legacy_container = "io.balena.legacy-container";

// On services of a host app: whether they are containers of ours, and in which engine.
inline constexpr std::string_view image_class = "io.balena.image.class";
inline constexpr std::string_view image_store = "io.balena.image.store";

// What a service asks of the host.
inline constexpr std::string_view journal_logs = "io.balena.features.journal-logs";
inline constexpr std::string_view dbus = "io.balena.features.dbus";
inline constexpr std::string_view kernel_modules = "io.balena.features.kernel-modules";
inline constexpr std::string_view firmware = "io.balena.features.firmware";
inline constexpr std::string_view sysfs = "io.balena.features.sysfs";
inline constexpr std::string_view procfs = "io.balena.features.procfs";
inline constexpr std::string_view balena_socket = "io.balena.features.balena-socket";
inline constexpr std::string_view balena_api = "io.balena.features.balena-api";
inline constexpr std::string_view supervisor_api = "io.balena.features.supervisor-api";
inline constexpr std::string_view gpu = "io.balena.features.gpu";
inline constexpr std::string_view board_rev = "io.balena.features.host-os.board-rev";
inline constexpr std::string_view extra_firmware = "io.balena.features.extra-firmware";
inline constexpr std::string_view optional = "io.balena.features.optional";

} // namespace copal::planning::label
