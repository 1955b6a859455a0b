import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'

/** Where `lantu serve` runs while the page is developed with `npm run dev`. */
const server = process.env.LANTU_ADDRESS ?? 'http://127.0.0.1:8750'

export default defineConfig({
  plugins: [
    vue(),
    // Only Element Plus is found by name; our own components are imported where they are used.
    Components({ dirs: [], dts: 'src/components.d.ts', resolvers: [ElementPlusResolver()] }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../src/lantu/web/static',
    emptyOutDir: true,
    // Browsers of office PCs (360, UOS) lag some years behind Chromium.
    target: ['chrome87', 'firefox91', 'safari14'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600, // ECharts, fetched with the first chart
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'openlayers', test: /node_modules[\\/](ol|rbush|quickselect|pbf|earcut)[\\/]/ },
            { name: 'vue', test: /node_modules[\\/](@vue|vue|vue-i18n|@intlify)[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/report': server } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
})
