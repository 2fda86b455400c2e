export { type BuildPanelOptions, buildPanel, type PanelFile, type PanelFiles } from "./build-panel.ts";
