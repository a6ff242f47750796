// Plots are drawn with at least two pixels for each of the screen's: paper shows them. uPlot takes its ratio from a global,
// for which the bundler puts this one (BUILD.bazel); it must be set before uPlot is loaded.
Object.assign(globalThis, { hearthPixelRatio: Math.max(2, window.devicePixelRatio) });
