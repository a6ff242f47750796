#pragma once

// How `hearth ps` shows its list. Pure functions.

#include <chrono>
#include <string>

#include "hearth/v1/operations.pb.h"

namespace hearth {

// By function: its template, then its instances, oldest first. Empty for an empty list.
std::string InstancesText(const v1::ListInstancesResponse& list);
// The objects that ps.h describes, in the same order.
std::string InstancesJson(const v1::ListInstancesResponse& list);

// The two largest units: "850ms", "3s", "1m12s", "2h5m", "3d4h".
std::string ShownAge(std::chrono::milliseconds age);

}  // namespace hearth
